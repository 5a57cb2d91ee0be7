import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { assert, array, asyncProperty, constantFrom, integer, property, uint8Array } from 'fast-check';
import { AnswerReader, UnreadableAnswer } from './answer-reader.js';
import type { ReadAnswer } from './answer-reader.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const answered = (text: string, method = 'GET'): ReadAnswer | undefined => new AnswerReader(method).read(bytes(text));
const shown = (answer: ReadAnswer | undefined): unknown =>
  answer && [answer.status, answer.body.toString('latin1'), answer.isKept];

describe('an answer', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', [200, 'hi', true]],
    ['HTTP/1.1 202\r\ncontent-length:2\r\nconnection: Close\r\n\r\nhi', [202, 'hi', false]],
    ['HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi', [200, 'hi', false]],
    ['HTTP/1.1 204 No Content\r\n\r\n', [204, '', true]],
    ['HTTP/1.1 304 Not Modified\r\ncontent-length: 20\r\n\r\n', [304, '', true]],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n', [201, '', true]],
    [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a=b\r\nhi\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n',
      [200, 'hi0123456789', true],
    ],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi and more', [200, 'hi', false]],
    ['HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi', undefined],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n', undefined],
    ['HTTP/1.1 200 OK\r\n\r\nhi', undefined],
  ])('as %j', (text, expected) => expect(shown(answered(text))).toEqual(expected));

  it('has no body where only its head was asked for', () => {
    expect(shown(answered('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n', 'HEAD'))).toEqual([200, '', true]);
  });

  it('ends with its connection where it does not say how long it is, and only there', () => {
    const reader = new AnswerReader('GET');
    expect(reader.end()).toBeUndefined();
    expect(reader.read(bytes('HTTP/1.1 200 OK\r\n\r\nto the'))).toBeUndefined();
    expect(reader.read(bytes(' end'))).toBeUndefined();
    expect(shown(reader.end())).toEqual([200, 'to the end', false]);
    const cut = new AnswerReader('GET');
    cut.read(bytes('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
    expect(cut.end()).toBeUndefined();
  });

  it('has its headers by name in lower case, those that repeat in one', () => {
    const head = 'HTTP/1.1 200 OK\r\nX-One:  a b \r\nx-two: 1\r\nX-Two: 2\r\n__proto__: x\r\ncontent-length: 0\r\n\r\n';
    expect(Object.entries(answered(head)?.headers ?? {})).toEqual(
      expect.arrayContaining([
        ['x-one', 'a b'],
        ['x-two', '1, 2'],
      ]),
    );
  });

  it.each([
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'nonsense\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'HTTP/1.1 200 OK\r\nname value\r\n\r\n',
    'HTTP/1.1 200 OK\r\nname : value\r\n\r\n',
    'HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(2_000)}`,
    `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`,
  ])('cannot be read as %j', (text) => expect(() => answered(text)).toThrow(UnreadableAnswer));
});

describe('whatever a server sends', () => {
  const server = createServer((request, response) => {
    const [way = '', ...parts] = (request.headers['x-parts'] as string).split(',');
    if (way === 'length') response.setHeader('content-length', parts.join('').length / 2);
    if (way === 'close') response.setHeader('connection', 'close');
    for (const part of parts) response.write(Buffer.from(part, 'hex'));
    response.end();
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** The bytes of one answer of a real server. */
  function bytesOf(parts: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(chunks)));
      socket.end(`GET / HTTP/1.1\r\nhost: x\r\nx-parts: ${parts}\r\n\r\n`);
    });
  }

  it('is read the same however it is cut', async () => {
    const anyParts = array(uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 });
    await assert(
      asyncProperty(constantFrom('length', 'chunks', 'close'), anyParts, async (way, parts) => {
        const hex = parts.map((part) => Buffer.from(part).toString('hex'));
        const sent = await bytesOf([way, ...hex].join(','));
        const body = Buffer.concat(parts);
        assert(
          property(array(integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }), (cuts) => {
            const reader = new AnswerReader('GET');
            let answer: ReadAnswer | undefined;
            for (let at = 0, turn = 0; at < sent.length; turn += 1) {
              expect(answer).toBeUndefined();
              const to = at + (cuts[turn % cuts.length] ?? 1);
              answer = reader.read(sent.subarray(at, to));
              at = to;
            }
            expect(answer?.body.equals(body)).toBe(true);
          }),
          { numRuns: 10 },
        );
      }),
      { numRuns: 40 },
    );
  });
});
