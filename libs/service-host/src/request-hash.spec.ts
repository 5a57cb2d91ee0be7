import { requestHash } from './request-hash.js';

const hash = (body: unknown, path = '/v1/things') => requestHash('POST', path, body);

it('does not depend on the order of keys', () => {
  expect(hash({ a: 1, b: { c: 2, d: [{ e: 3, f: 4 }] } })).toBe(hash({ b: { d: [{ f: 4, e: 3 }], c: 2 }, a: 1 }));
});

it('differs with values, the order of a list, the path and the method', () => {
  const hashes = [
    hash({ a: 1 }),
    hash({ a: '1' }),
    hash({ a: [1, 2] }),
    hash({ a: [2, 1] }),
    hash({ a: 1 }, '/v1/others'),
    requestHash('PUT', '/v1/things', { a: 1 }),
    hash(undefined),
    hash({}),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

it('sees a field that is undefined as absent', () => {
  expect(hash({ a: 1, b: undefined })).toBe(hash({ a: 1 }));
});
