import { Things, problem } from './things-fixture.js';

let things: Things;
const ask: Things['ask'] = (...o) => things.ask(...o);
const send: Things['send'] = (...o) => things.send(...o);
beforeAll(async () => {
  things = await Things.start();
});
afterAll(() => things.service.close());

describe('a body', () => {
  it('reaches its handler as the declared class', async () => {
    const { status, body } = await send('{"name":"a"}', 'application/json; charset=utf-8');
    expect([status, body.body, body.isDeclared]).toEqual([201, { name: 'a' }, true]);
  });

  it('is refused with every wrong field, unknown ones included, and nothing is converted', async () => {
    const answer = await send('{"name":5,"entriesPerSymbolMax":"1","admin":true}');
    expect(problem(answer)).toEqual([400, 'invalid-request']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toMatchObject({ type: 'urn:ballast:problem:invalid-request', status: 400 });
    expect(answer.body.errors).toHaveLength(3);
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/name', detail: 'must be a string' },
        { pointer: '/entriesPerSymbolMax', detail: 'must be a whole number' },
        { pointer: '/admin', detail: 'is not a known field' },
      ]),
    );
  });

  it('is refused with pointers into nested lists', async () => {
    const body = JSON.stringify({ legs: [{ size: 1 }, { size: 'x', 'a/b~c': 1 }], note: '' });
    const answer = await ask('PUT', '/v1/things/nested', { body, headers: { 'content-type': 'application/json' } });
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/legs/1/size', detail: 'must be a whole number' },
        { pointer: '/legs/1/a~1b~0c', detail: 'is not a known field' },
      ]),
    );
  });

  it.each(['{', '{"name":', 'name', '{"name":"a"}}', '{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}'])(
    'is malformed as %s',
    async (text) => expect(problem(await send(text))).toEqual([400, 'malformed-json']),
  );

  it.each(['toString', 'hasOwnProperty', 'constructor', 'valueOf'])(
    'has no field %s, which objects inherit',
    async (name) => {
      const answer = await send(`{"name":"a","${name}":"x"}`);
      expect(problem(answer)).toEqual([400, 'invalid-request']);
      expect(answer.body.errors).toEqual([{ pointer: `/${name}`, detail: 'is not a known field' }]);
    },
  );

  it.each(['['.repeat(400_000) + ']'.repeat(400_000), '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)])(
    'is refused when it is nested too deeply',
    async (deep) => {
      const answer = await send(`{"name":${deep}}`);
      expect(problem(answer)).toEqual([400, 'invalid-request']);
      expect(answer.body.errors).toEqual([{ pointer: '', detail: 'must not be nested deeper than 32 levels' }]);
    },
  );

  it('is refused before it is looked at field by field when it has too many', async () => {
    const fields = Array.from({ length: 80_000 }, (_, index) => `"k${index}":1`);
    const answer = await send(`{${fields.join(',')}}`);
    expect(answer.body.errors).toEqual([{ pointer: '', detail: 'must not have more than 10000 fields and items' }]);
  });

  it('is UTF-8, with or without a byte order mark', async () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1');
    expect(problem(await send(bytes('{"name":"caf\xe9"}')))).toEqual([400, 'malformed-json']);
    expect((await send(bytes('\xef\xbb\xbf{"name":"caf\xc3\xa9"}'))).body.body).toEqual({ name: 'café' });
  });

  it.each(['[]', 'null', '"text"', '1', '[{"name":"a"}]'])('is not an object as %s', async (text) => {
    const answer = await send(text);
    expect(problem(answer)).toEqual([400, 'invalid-request']);
    expect(answer.body.errors).toBeDefined();
  });

  it('that is absent lacks its fields', async () => {
    const answer = await ask('POST', '/v1/things');
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: '/name' })]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'is not taken as %s',
    async (type) => expect(problem(await send('{"name":"a"}', type))).toEqual([415, 'unsupported-media-type']),
  );

  it('is taken up to 1 MiB', async () => {
    const padded = (bytes: number) => `{"name":"a"${' '.repeat(bytes - 12)}}`;
    expect((await send(padded(1_048_576))).status).toBe(201);
    expect(problem(await send(padded(1_048_577)))).toEqual([413, 'body-too-large']);
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (key?: string) =>
    ask('POST', '/v1/things/keyed', { headers: key === undefined ? {} : { 'idempotency-key': key } });

  it('is 1 to 128 visible characters', async () => {
    expect((await keyed('k'.repeat(128))).body).toEqual({ key: 'k'.repeat(128) });
    expect(problem(await keyed())).toEqual([400, 'idempotency-key-missing']);
    for (const wrong of ['k'.repeat(129), 'a b', 'ä']) {
      const answer = await keyed(wrong);
      expect(problem(answer)).toEqual([400, 'invalid-request']);
      expect(answer.body.errors[0].pointer).toBe('Idempotency-Key');
    }
  });
});
