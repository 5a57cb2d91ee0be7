import type { Container, CosmosClient, CosmosClientOptions, OperationInput } from '@azure/cosmos';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

const KEY = ['ballast', 'p1'];
const SECONDARY = Buffer.from('the second key').toString('base64');
const READ_ONLY = ['the read-only key', 'the second read-only key'].map((text) => Buffer.from(text).toString('base64'));
const ISSUER = 'https://login.example/tenant';
const PRINCIPALS = [
  { principal: 'the reader', role: 'reader' },
  { principal: 'the contributor', role: 'contributor' },
] as const;
const document = (id: string) => ({ id, productId: 'ballast', profileId: 'p1' });

const READS: [string, (orders: Container) => Promise<unknown>][] = [
  ['the container', (orders) => orders.read()],
  ['an item', (orders) => orders.item('known', KEY).read()],
  ['a query', (orders) => orders.items.query('SELECT * FROM c ORDER BY c.id').fetchAll()],
  ['all items', (orders) => orders.items.readAll().fetchAll()],
  ['the change feed', (orders) => orders.items.getChangeFeedIterator().readNext()],
  ['the ranges', (orders) => orders.readPartitionKeyRanges().fetchAll()],
];
const ITEM_WRITES: [string, (orders: Container) => Promise<unknown>][] = [
  ['a create', (orders) => orders.items.create(document('never'))],
  ['an upsert', (orders) => orders.items.upsert(document('never'))],
  ['a replace', (orders) => orders.item('known', KEY).replace(document('known'))],
  ['a patch', (orders) => orders.item('known', KEY).patch([{ op: 'set', path: '/n', value: 1 }])],
  ['a delete', (orders) => orders.item('known', KEY).delete()],
];
const MANAGEMENT: [string, (orders: Container) => Promise<unknown>][] = [
  ['a new container', (orders) => orders.database.containers.create({ id: 'never', partitionKey: '/pk' })],
  ['a changed container', (orders) => orders.replace({ id: 'orders', partitionKey: { paths: ['/productId'] } })],
  ['a deleted container', (orders) => orders.delete()],
  ['a deleted database', (orders) => orders.database.delete()],
];

describe.each(RANGE_COUNTS)('who may do what, through the real SDK, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  let signingKey: CryptoKey;
  const clients: CosmosClient[] = [];
  const ordersOf = (options: Partial<CosmosClientOptions>): Container => {
    const client = fixture.connectWith(options);
    clients.push(client);
    return client.database('ballast').container('orders');
  };

  beforeAll(async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    signingKey = privateKey;
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] };
    const keys = { secondaryKey: SECONDARY, readOnlyKeys: READ_ONLY };
    fixture = await CosmosFixture.start({ ranges, ...keys, entra: { issuer: ISSUER, jwks }, principals: PRINCIPALS });
    await fixture.orders.items.create(document('known'));
  });
  afterEach(() => clients.splice(0).forEach((client) => client.dispose()));
  afterAll(() => fixture.close());

  describe('with a key', () => {
    it.each(
      READ_ONLY.flatMap((key, index) => READS.map((read) => [`read-only key ${index + 1}`, key, ...read] as const)),
    )('the %s permits %3$s', async (_name, key, _what, read) => {
      await expect(read(ordersOf({ key }))).resolves.toBeDefined();
    });

    it.each([...ITEM_WRITES, ...MANAGEMENT])('a read-only key is a wrong one for %s', async (_, write) => {
      for (const key of READ_ONLY) {
        await expect(write(ordersOf({ key }))).rejects.toMatchObject({ code: 401, body: { code: 'Unauthorized' } });
      }
      expect((await fixture.orders.items.readAll().fetchAll()).resources).toHaveLength(1);
    });

    it('a read-only key is a wrong one for a batch', async () => {
      const batch = [{ operationType: 'Create', resourceBody: document('never') }] as OperationInput[];
      await expect(ordersOf({ key: READ_ONLY[0]! }).items.batch(batch, KEY)).rejects.toThrow("can't serve the request");
    });

    it('the second key is as good as the first', async () => {
      const orders = ordersOf({ key: SECONDARY });
      await orders.items.create(document('by the second'));
      await expect(orders.item('by the second', KEY).delete()).resolves.toMatchObject({ statusCode: 204 });
    });

    it('a wrong one is told what was signed', async () => {
      const read = ordersOf({ key: Buffer.from('wrong').toString('base64') })
        .item('known', KEY)
        .read();
      const message = expect.stringMatching(/payload to sign: 'get\n\n\n.+ gmt\n\n'/);
      await expect(read).rejects.toMatchObject({ code: 401, body: { code: 'Unauthorized', message } });
    });

    it('a request without a signature is refused', async () => {
      const response = await fetch(`${fixture.endpoint}dbs/ballast`);
      expect([response.status, await response.json()]).toMatchObject([401, { code: 'Unauthorized' }]);
    });
  });

  describe('with an Entra token', () => {
    const tokenOf = (oid: string, over: { iss?: string; aud?: string; inSeconds?: number } = {}): Promise<string> => {
      const { iss = ISSUER, aud = fixture.endpoint, inSeconds = 600 } = over;
      const jwt = new SignJWT({ oid }).setProtectedHeader({ alg: 'RS256' }).setIssuer(iss).setAudience(aud);
      return jwt.setExpirationTime(Math.floor(Date.now() / 1_000) + inSeconds).sign(signingKey);
    };
    // The SDK gives `aadCredentials` away over TLS only; a token provider says the same words.
    const asks = (token: Promise<string>): Container =>
      ordersOf({ key: undefined as never, tokenProvider: async () => `type=aad&ver=1.0&sig=${await token}` });

    it.each(READS)('a reader and a contributor may read: %s', async (_, read) => {
      for (const { principal } of PRINCIPALS) await expect(read(asks(tokenOf(principal)))).resolves.toBeDefined();
    });

    it.each(ITEM_WRITES)('a reader may not write: %s', async (_, write) => {
      await expect(write(asks(tokenOf('the reader')))).rejects.toMatchObject({ code: 403, substatus: 5302 });
      expect((await fixture.orders.items.readAll().fetchAll()).resources).toHaveLength(1);
    });

    it('a contributor may write items', async () => {
      const orders = asks(tokenOf('the contributor'));
      await orders.items.create(document('by token'));
      await expect(orders.item('by token', KEY).delete()).resolves.toMatchObject({ statusCode: 204 });
    });

    it.each(MANAGEMENT)('nobody may manage: %s', async (_, manage) => {
      await expect(manage(asks(tokenOf('the contributor')))).rejects.toMatchObject({ code: 403, substatus: 5300 });
    });

    it('is good for the account by its address or for every account, from its issuer, in time, of a principal with a role', async () => {
      const outcome = async (token: Promise<string>): Promise<unknown> =>
        asks(token)
          .item('known', KEY)
          .read()
          .then(({ statusCode }) => statusCode)
          .catch(({ code, substatus }) => substatus ?? code);
      expect(await outcome(tokenOf('the reader', { aud: 'https://cosmos.azure.com' }))).toBe(200);
      expect(await outcome(tokenOf('the reader', { aud: 'https://servicebus.azure.net' }))).toBe(401);
      expect(await outcome(tokenOf('the reader', { iss: 'https://login.example/other' }))).toBe(401);
      expect(await outcome(tokenOf('the reader', { inSeconds: -10 }))).toBe(401);
      expect(await outcome(Promise.resolve('no.token.at-all'))).toBe(401);
      expect(await outcome(tokenOf('a stranger'))).toBe(5301);
    });
  });
});

describe('an Entra token where no issuer is configured', () => {
  it('is refused with 401', async () => {
    const fixture = await CosmosFixture.start();
    const response = await fetch(`${fixture.endpoint}dbs`, {
      headers: { authorization: 'type=aad&ver=1.0&sig=a.b.c' },
    });
    expect([response.status, await response.json()]).toMatchObject([401, { code: 'Unauthorized' }]);
    await fixture.close();
  });
});
