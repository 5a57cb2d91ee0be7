import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Things, problem } from './things-fixture.js';

/** Of this process's own time, far below the minute for which Node keeps a connection that says nothing. */
const AT_ONCE_MS = 2_000;
const TICK_MS = 10;

let things: Things;
const ask: Things['ask'] = (...o) => things.ask(...o);

beforeAll(async () => {
  things = await Things.start();
});
afterAll(() => things.service.close());

describe('a problem', () => {
  it('of the world is a 503 that says when to try again and nothing else', async () => {
    const answer = await ask('GET', '/v1/things/failure');
    expect(problem(answer)).toEqual([503, 'service-unavailable']);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('of ours is a 500 without details', async () => {
    const answer = await ask('GET', '/v1/things/bug');
    expect(problem(answer)).toEqual([500, 'internal-error']);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('shows a refusal with its own code, limit and value', async () => {
    const { body } = await ask('GET', '/v1/things/refused');
    expect(body).toMatchObject({
      type: 'urn:ballast:problem:notional-above-limit',
      title: 'Quantity times worst price is above what one order may be worth.',
      status: 422,
      code: 'notional-above-limit',
      limit: '100.00',
      value: '250.00',
      orderId: 'ord_1',
    });
  });

  it('is a 404 for an unknown path or an id of another kind, and a 405 for a wrong method', async () => {
    expect(problem(await ask('GET', '/nothing'))).toEqual([404, 'not-found']);
    expect(problem(await ask('GET', '/v1/things/other_1'))).toEqual([404, 'not-found']);
    expect((await ask('GET', '/v1/things/thing_1')).body).toEqual({ id: 'thing_1' });
    const answer = await ask('DELETE', '/v1/things');
    expect(problem(answer)).toEqual([405, 'method-not-allowed']);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('is the answer to an address that cannot be read, with the request’s id', async () => {
    for (const path of ['/%zz', `/v1/things/${'x'.repeat(201)}`]) {
      const answer = await ask('GET', path, { headers: { 'x-request-id': 'mine' } });
      expect(problem(answer)).toEqual([400, 'invalid-request']);
      expect([answer.headers.get('x-request-id'), answer.body.requestId]).toEqual(['mine', 'mine']);
    }
  });

  it.each([
    ['HELLO\r\n\r\n', 400],
    [`GET /health/live HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${'a'.repeat(100_000)}\r\n\r\n`, 431],
  ])('is the answer to what is no request, %#', async (sent, status) => {
    const answer = await exchange(sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/\r\ncontent-type: application\/problem\+json/);
    const [, body = ''] = answer.split('\r\n\r\n');
    expect(JSON.parse(body)).toMatchObject({ status, code: 'invalid-request' });
    expect(answer).toMatch(/\r\nx-trace-id: [0-9a-f]{32}\r\n/);
    const [, requestId] = /\r\nx-request-id: (req_\w+)\r\n/.exec(answer) ?? [];
    expect(JSON.parse(body).requestId).toBe(requestId);
  });
});

describe('an address', () => {
  it('may name scheme and host, which no handler sees', async () => {
    const get = (target: string) => exchange(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    const answer = await get('http://elsewhere.example/v1/things/url?a=1');
    expect(answer).toMatch(/"url":"\/v1\/things\/url\?a=1"/);
    expect(await get('http://elsewhere.example')).toMatch(/^HTTP\/1.1 404 /);
    expect(await get('http://elsewhere.example?/health/live')).toMatch(/^HTTP\/1.1 404 /);
  });
});

/** Everything that comes back for these bytes until the connection ends. */
function exchange(sent: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(things.service.port, '127.0.0.1', () => socket.write(sent));
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

describe('a trace', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('continues the caller’s, in the handler behind a body, the answer and a problem', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': 'run-7:a.b_c', traceparent: parent };
    const made = await ask('POST', '/v1/things', { body: '{"name":"a"}', headers });
    expect(made.headers.get('x-request-id')).toBe('run-7:a.b_c');
    expect(made.headers.get('x-trace-id')).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(made.body.trace).toMatchObject({ correlationId: 'run-7:a.b_c', causationId: 'run-7:a.b_c' });
    expect(made.body.trace.traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
    );
    const refused = await ask('POST', '/v1/things', { body: '{', headers });
    expect(refused.body.requestId).toBe('run-7:a.b_c');
    expect(refused.headers.get('x-trace-id')).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('is the request’s in the handler of a body that arrived late', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': 'late' };
    const body = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(`${things.service.url}/v1/things`, { method: 'POST', headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve(text));
      }).on('error', reject);
      request.write('{"name"');
      setTimeout(() => request.end(':"a"}'), 30);
    });
    expect(JSON.parse(body)).toMatchObject({ trace: { correlationId: 'late' } });
  });

  it('is new where the caller’s is absent or ill-formed', async () => {
    const given: Record<string, string>[] = [{}, { 'x-request-id': 'a b' }, { 'x-request-id': 'a'.repeat(101) }];
    for (const headers of given) {
      const { headers: answered } = await ask('GET', '/health/live', { headers });
      expect(answered.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
      expect(answered.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});

it('is alive and ready', async () => {
  expect((await ask('GET', '/health/live')).body).toEqual({ live: true });
  const { status, body } = await ask('GET', '/health/ready');
  expect([status, body]).toEqual([200, { ready: true, phase: 'serving', checks: [] }]);
});

it('finishes what it has in hand when it drains, and takes nothing new', async () => {
  const arrived = new Promise<void>((resolve) => (things.gate.arrived = resolve));
  const held = new Promise<{ status: number; body: string }>((resolve, reject) => {
    httpRequest(`${things.service.url}/v1/things/held`, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
  await arrived;
  const closing = things.service.close();
  await refusedConnection();
  things.gate.open();
  expect(await held).toEqual({ status: 200, body: '{"held":true}' });
  expect(await ownMsOf(closing)).toBeLessThan(AT_ONCE_MS);
});

it('does not wait for a connection over which nothing was said', async () => {
  const own = await Things.start();
  const silent = connect(own.service.port, '127.0.0.1');
  await once(silent, 'connect');
  await fetch(`${own.service.url}/health/live`);
  const ended = once(silent, 'close');
  expect(await ownMsOf(Promise.all([own.service.close(), ended]))).toBeLessThan(AT_ONCE_MS);
});

/** Milliseconds that something takes, in ticks of this process: those in which the machine halts are one tick. */
async function ownMsOf(work: Promise<unknown>): Promise<number> {
  let ownMs = 0;
  const ticking = setInterval(() => (ownMs += TICK_MS), TICK_MS);
  await work.finally(() => clearInterval(ticking));
  return ownMs;
}

/** Resolves when the service accepts no connection any more. */
async function refusedConnection(): Promise<void> {
  for (;;) {
    const isRefused = await new Promise<boolean>((resolve) => {
      const socket = connect(things.service.port, '127.0.0.1');
      socket.once('error', () => resolve(true));
      socket.once('connect', () => {
        socket.destroy();
        resolve(false);
      });
    });
    if (isRefused) return;
  }
}
