import crypto, { createHmac } from 'node:crypto';
import { readAuthorization, verifySignature, type SignedRequest } from './auth.js';

const NOW = Date.parse('Sat, 21 Nov 2026 10:00:00 GMT');
const DATE = new Date(NOW).toUTCString();
const KEYS = ['first', 'second', 'third'].map((text) => Buffer.from(text));
const DOCS = ['dbs', 'D', 'colls', 'C', 'docs'];
const TEXT = `post\ndocs\ndbs/D/colls/C\n${DATE.toLowerCase()}\n\n`;
const request = (over: Partial<SignedRequest> = {}): SignedRequest => ({
  method: 'POST',
  segments: DOCS,
  date: DATE,
  ...over,
});
const signatureOf = (text: string, key = KEYS[0]!) => createHmac('sha256', key).update(text).digest('base64');
/** The same signature with another last byte. */
function almost(signature: string): string {
  const bytes = Buffer.from(signature, 'base64');
  bytes[bytes.length - 1]! ^= 1;
  return bytes.toString('base64');
}

describe('the master-key signature', () => {
  it.each([0, 1, 2])('is accepted when it is of key %d', (index) => {
    expect(() => verifySignature(request(), signatureOf(TEXT, KEYS[index]), KEYS, NOW)).not.toThrow();
  });

  it('is accepted for an item, whose path is signed as it is', () => {
    const item = request({ method: 'GET', segments: [...DOCS, 'ünï'] });
    const text = `get\ndocs\ndbs/D/colls/C/docs/ünï\n${DATE.toLowerCase()}\n\n`;
    expect(() => verifySignature(item, signatureOf(text), KEYS, NOW)).not.toThrow();
  });

  it.each<[string, SignedRequest]>([
    ['another verb', request({ method: 'DELETE' })],
    ['another resource', request({ segments: ['dbs', 'D', 'colls', 'E', 'docs'] })],
    ['no date', request({ date: undefined })],
  ])('is refused with %s', (_, other) => {
    expect(() => verifySignature(other, signatureOf(TEXT), KEYS, NOW)).toThrow(
      expect.objectContaining({ status: 401 }),
    );
  });

  it.each([-16, 16])('is refused %d minutes off', (minutes) => {
    const verify = () => verifySignature(request(), signatureOf(TEXT), KEYS, NOW + minutes * 60_000);
    expect(verify).toThrow(expect.objectContaining({ status: 403, code: 'Forbidden' }));
  });

  it.each([-14, 14])('is accepted %d minutes off', (minutes) => {
    expect(() => verifySignature(request(), signatureOf(TEXT), KEYS, NOW + minutes * 60_000)).not.toThrow();
  });

  it('is refused with a date that is none', () => {
    const text = TEXT.replace(DATE.toLowerCase(), 'yesterday');
    const verify = () => verifySignature(request({ date: 'yesterday' }), signatureOf(text), KEYS, NOW);
    expect(verify).toThrow(expect.objectContaining({ status: 403 }));
  });

  it.each([
    ['the first key', signatureOf(TEXT, KEYS[0]), 1],
    ['the last key', signatureOf(TEXT, KEYS[2]), 3],
    ['no key', signatureOf(TEXT, Buffer.from('another')), 3],
    ['no key, and of another length', 'c2hvcnQ=', 3],
    ['no key, but for its last byte', almost(signatureOf(TEXT, KEYS[0])), 3],
  ])('is compared in constant time, over all its bytes, when it is of %s', (_, signature, comparisons) => {
    const compare = jest.spyOn(crypto, 'timingSafeEqual');
    try {
      verifySignature(request(), signature, KEYS, NOW);
    } catch (error) {
      expect(error).toMatchObject({ status: 401 });
    }
    const compared = compare.mock.calls.map(([given, expected]) => [given.byteLength, expected.byteLength]);
    expect(compared).toEqual(Array.from({ length: comparisons }, () => [32, 32]));
    compare.mockRestore();
  });
});

describe('the authorization header', () => {
  it.each([
    ['type%3Dmaster%26ver%3D1.0%26sig%3Da%2Bb%3D', { type: 'master', signature: 'a+b=' }],
    ['type=aad&ver=1.0&sig=e.y.J', { type: 'aad', signature: 'e.y.J' }],
  ])('is read: %s', (header, expected) => {
    expect(readAuthorization(header)).toEqual(expected);
  });

  it.each([undefined, '', 'Bearer abc', 'type=resource&ver=1.0&sig=abc', 'type=master&ver=2.0&sig=a', '%E0%A4%A'])(
    'is refused: %s',
    (header) => {
      expect(() => readAuthorization(header)).toThrow(expect.objectContaining({ status: 401, code: 'Unauthorized' }));
    },
  );
});
