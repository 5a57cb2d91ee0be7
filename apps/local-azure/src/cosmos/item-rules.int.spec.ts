import type { JSONObject, OperationInput } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('the rules of items over %d physical partitions', (ranges) => {
  let fixture: CosmosFixture;
  const DOCS = 'dbs/ballast/colls/orders/docs';
  const key = ['ballast', 'p1'];
  const header = { 'x-ms-documentdb-partitionkey': JSON.stringify(key) };
  const document = (id: string, rest: object = {}): JSONObject => ({
    id,
    productId: 'ballast',
    profileId: 'p1',
    ...rest,
  });
  const create = (id: string, rest: object = {}) => fixture.orders.items.create(document(id, rest));
  const item = (id: string) => fixture.orders.item(id, key);
  /** What the client would correct or refuse by itself is sent as it is. */
  const post = async (body: unknown, headers: Record<string, string> = header, path = DOCS) => {
    const response = await fixture.fetch('POST', path, headers, typeof body === 'string' ? body : JSON.stringify(body));
    const substatus = response.headers.get('x-ms-substatus');
    return { status: response.status, substatus, body: (await response.json()) as Record<string, unknown> };
  };

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  describe('ids', () => {
    it.each([
      ['none', undefined],
      ['no text', 7],
      ['empty', ''],
      ['longer than 1023 bytes', 'ü'.repeat(512)],
      ['with a slash', 'a/b'],
      ['with a backslash', 'a\\b'],
      ['with a question mark', 'a?b'],
      ['with a number sign', 'a#b'],
      ['with a space at the end', 'a '],
      ['with half of a character', '\ud800'],
    ])('are refused: %s', async (_, id) => {
      expect(await post({ ...document('a'), id })).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    });

    it.each(['x'.repeat(1023), 'a b', 'ünï ☂ 𝄞', 'a\'b"c', '%41', '+&=;:@', '__proto__'])(
      'are taken, and found again: %s',
      async (id) => {
        await create(id);
        expect((await item(id).read()).resource).toMatchObject({ id });
        const query = { query: 'SELECT VALUE c.id FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: id }] };
        expect((await fixture.orders.items.query(query, { partitionKey: key }).fetchAll()).resources).toEqual([id]);
        await item(id).delete();
      },
    );

    it('cannot be changed by a replace', async () => {
      await create('fixed');
      await expect(item('fixed').replace(document('other'))).rejects.toMatchObject({ code: 400 });
    });
  });

  describe('bodies', () => {
    it.each([
      ['no JSON', '{"id":', 400],
      ['no object', '[]', 400],
      ['an item of 129 levels', JSON.stringify(document('deep', { a: nested(128) })), 400],
      ['a lifetime that is no number', JSON.stringify(document('ttl', { ttl: '5' })), 400],
      ['a broken lifetime', JSON.stringify(document('ttl', { ttl: 1.5 })), 400],
      ['a lifetime below -1', JSON.stringify(document('ttl', { ttl: -2 })), 400],
      ['a lifetime of more than 31 bits', JSON.stringify(document('ttl', { ttl: 2 ** 31 })), 400],
      ['an item above 2 MB', JSON.stringify(document('large', { text: 'x'.repeat(2 * 1024 * 1024) })), 413],
      [
        'an item that its system properties make too large',
        JSON.stringify(document('large', { text: 'x'.repeat(2 * 1024 * 1024 - 100) })),
        413,
      ],
    ])('are refused: %s', async (_, body, status) => {
      const code = status === 413 ? 'RequestEntityTooLarge' : 'BadRequest';
      expect(await post(body)).toMatchObject({ status, body: { code, message: expect.any(String) } });
    });

    it('have 128 levels at most, and any characters', async () => {
      const rest = { a: nested(127), text: 'a\0b\u2028☂', '': 1, 'a"b': { $: null } };
      await create('any', rest);
      expect((await item('any').read()).resource).toMatchObject(rest);
      await create('indexed', { kind: 'a\0b' });
      const query = {
        query: 'SELECT VALUE c.id FROM c WHERE c.kind = @kind',
        parameters: [{ name: '@kind', value: 'a\0b' }],
      };
      expect((await fixture.orders.items.query(query, { partitionKey: key }).fetchAll()).resources).toEqual([
        'indexed',
      ]);
    });

    it('have the system properties that the service gives, whatever the client sent, and every other', async () => {
      const sent = {
        _etag: 'mine',
        _ts: 1,
        _rid: 'mine',
        _self: 'mine',
        _attachments: 'mine',
        _docs: 1,
        _lsn: 2,
        _own: 3,
      };
      const { resource, etag } = await create('system', sent);
      expect(resource).toMatchObject({ _etag: etag, _attachments: 'attachments/', _docs: 1, _lsn: 2, _own: 3 });
      const container = (await fixture.orders.read()).resource!;
      expect(resource!._self).toBe(`${container._self}docs/${resource!['_rid']}/`);
      expect(resource!._ts).toBeGreaterThan(1_700_000_000);
      const patched = await item('system').patch([{ op: 'set', path: '/_docs', value: 4 }]);
      expect(patched.resource).toMatchObject({ _docs: 4, _rid: resource!['_rid'], _self: resource!._self });
    });
  });

  describe('partition keys', () => {
    it('tell absent, null, false, zero and texts from each other', async () => {
      const values = [undefined, null, false, 0, '', '0', 'null'];
      for (const [n, profileId] of values.entries()) {
        await fixture.orders.items.create({ id: 'typed', productId: 'ballast', profileId, n } as JSONObject);
      }
      const found: unknown[] = [];
      for (const profileId of values) {
        const one = await fixture.orders
          .item('typed', ['ballast', profileId === undefined ? {} : profileId] as never)
          .read();
        found.push(one.resource!['n']);
      }
      expect(found).toEqual(values.map((_, n) => n));
    });

    it.each([
      ['none', {}, undefined],
      ['no JSON', { 'x-ms-documentdb-partitionkey': '[' }, undefined],
      ['too few parts', { 'x-ms-documentdb-partitionkey': '["ballast"]' }, undefined],
      ['too many parts', { 'x-ms-documentdb-partitionkey': '["ballast","p1","x"]' }, undefined],
      ['a part that is an array', { 'x-ms-documentdb-partitionkey': '["ballast",[]]' }, undefined],
      ['another one than the item has', { 'x-ms-documentdb-partitionkey': '["ballast","p2"]' }, '1001'],
    ])('are refused: %s', async (_, headers, substatus) => {
      expect(await post(document('a'), headers)).toMatchObject({
        status: 400,
        substatus: substatus ?? null,
        body: { code: 'BadRequest' },
      });
    });

    it('have at most 2048 bytes', async () => {
      const profileId = 'x'.repeat(2048);
      await expect(create('long', { profileId })).resolves.toMatchObject({ statusCode: 201 });
      await expect(create('long', { profileId: `${profileId}x` })).rejects.toMatchObject({ code: 400 });
    });
  });

  describe('conditions', () => {
    const when = (type: 'IfMatch' | 'IfNoneMatch', condition: string) => ({ accessCondition: { type, condition } });

    it('If-None-Match: a read is answered 304 for the version it names or for any, and costs 1', async () => {
      const { etag } = await create('read');
      for (const condition of [etag, '*']) {
        const read = await item('read').read(when('IfNoneMatch', condition));
        expect(read).toMatchObject({ statusCode: 304, etag, requestCharge: 1 });
        expect(read.resource).toBeFalsy();
      }
      expect((await item('read').read(when('IfNoneMatch', '"other"'))).statusCode).toBe(200);
      expect((await item('nothing').read(when('IfNoneMatch', '*'))).statusCode).toBe(404);
    });

    it('If-Match: any version, this one, or 412 for another; nothing is changed then', async () => {
      const { etag } = await create('matched', { n: 1 });
      const refused = { code: 412, body: { code: 'PreconditionFailed' } };
      const other = when('IfMatch', '"other"');
      await expect(item('matched').replace(document('matched'), other)).rejects.toMatchObject(refused);
      await expect(fixture.orders.items.upsert(document('matched'), other)).rejects.toMatchObject(refused);
      await expect(item('matched').patch([{ op: 'set', path: '/n', value: 2 }], other)).rejects.toMatchObject(refused);
      await expect(item('matched').delete(other)).rejects.toMatchObject(refused);
      expect((await item('matched').read()).resource).toMatchObject({ n: 1, _etag: etag });
      await item('matched').replace(document('matched', { n: 2 }), when('IfMatch', '*'));
      const { etag: second } = await item('matched').read();
      await expect(item('matched').delete(when('IfMatch', second))).resolves.toMatchObject({ statusCode: 204 });
    });
  });

  it('errors name what there is not: 404 with sub-status 0 for an item, 1003 for its container', async () => {
    const missing = { code: 404, body: { code: 'NotFound' } };
    await expect(item('none').replace(document('none'))).rejects.toMatchObject(missing);
    await expect(item('none').patch([{ op: 'set', path: '/n', value: 1 }])).rejects.toMatchObject(missing);
    await expect(item('none').delete()).rejects.toMatchObject(missing);
    expect(await post(document('a'), header, DOCS.replace('orders', 'none'))).toMatchObject({
      status: 404,
      substatus: '1003',
      body: { code: 'NotFound' },
    });
  });

  it('written documents are left out of the answer when the client does not want them; what is read is not', async () => {
    const body = JSON.stringify(document('brief'));
    const upsert = { 'x-ms-documentdb-is-upsert': 'true' };
    const requests: [Parameters<CosmosFixture['fetch']>[0], string, object, string?][] = [
      ['POST', DOCS, {}, body],
      ['POST', DOCS, upsert, body],
      ['PUT', `${DOCS}/brief`, {}, body],
      ['PATCH', `${DOCS}/brief`, {}, JSON.stringify([{ op: 'set', path: '/n', value: 1 }])],
      ['GET', `${DOCS}/brief`, {}],
    ];
    const answers: [number, boolean, string][] = [];
    for (const [method, path, headers, sent] of requests) {
      const response = await fixture.fetch(method, path, { ...header, ...headers, prefer: 'return=minimal' }, sent);
      answers.push([response.status, response.headers.has('etag'), (await response.text()) === '' ? 'none' : 'whole']);
    }
    expect(answers).toEqual([201, 200, 200, 200, 200].map((status, n) => [status, true, n < 4 ? 'none' : 'whole']));
    const operations = [
      { operationType: 'Upsert', resourceBody: document('brief') },
      { operationType: 'Read', id: 'brief' },
    ] as OperationInput[];
    const brief = { contentResponseOnWriteEnabled: false };
    const { result } = await fixture.orders.items.batch(operations, key, brief);
    expect(result!.map(({ resourceBody }) => resourceBody?.['id'])).toEqual([undefined, 'brief']);
    expect(result!.map(({ eTag }) => eTag)).toEqual([expect.any(String), result![0]!.eTag]);
  });

  it('a batch has at most 100 operations and 2 MB', async () => {
    const batch = { ...header, 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'true' };
    const operations = (count: number, rest: object = {}) =>
      Array.from({ length: count }, (_, n) => {
        return { operationType: 'Create', resourceBody: document(`many-${count}-${n}`, rest) };
      });
    expect((await post(operations(100), batch)).body).toHaveLength(100);
    expect(await post(operations(101), batch)).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    const large = await post(operations(3, { text: 'x'.repeat(700_000) }), batch);
    expect(large).toMatchObject({ status: 413, body: { code: 'RequestEntityTooLarge' } });
    for (const id of ['many-101-0', 'many-3-0']) expect((await item(id).read()).statusCode).toBe(404);
  });
});

/** Objects within each other, so many. */
function nested(levels: number): JSONObject {
  let value: JSONObject = {};
  for (let level = 1; level < levels; level += 1) value = { a: value };
  return value;
}
