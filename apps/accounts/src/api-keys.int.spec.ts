import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { topology } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { ApiKeySecretView, Role } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { Clock } from '@ballast/service-host';
import { SignJWT, calculateJwkThumbprint, decodeJwt, importJWK } from 'jose';
import type { JWK } from 'jose';
import { AccountsFixture, eventually } from './accounts-fixture.js';
import type { Answer } from './accounts-fixture.js';
import { userIdOf } from './domain/user.js';

const DAY_MS = 86_400_000;
const DEMO = userIdOf('demo');
const ADMIN = userIdOf('admin');

/** Goes on from now by hand, so that keys expire when the test says so. */
class HandClock extends Clock {
  aheadMs = 0;
  override now(): number {
    return Date.now() + this.aheadMs;
  }
}

const clock = new HandClock();
let accounts: AccountsFixture;
let keyCount = 0;

beforeAll(async () => {
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  await accounts.start(clock);
});
afterEach(() => void (clock.aheadMs = 0));
afterAll(() => accounts.close());

/** A token of that user, with a second factor shown just now unless `claims` say otherwise. */
async function as(userId: string, role: Role, claims: object = {}): Promise<Record<string, string>> {
  const jwk = JSON.parse(await readFile(join(accounts.dataDir, 'token-signing-key.json'), 'utf8')) as JWK;
  const nowSeconds = Math.floor(clock.now() / 1_000);
  const token = await new SignJWT({ role, mfa_at: nowSeconds, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: await calculateJwkThumbprint(jwk) })
    .setSubject(userId)
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setExpirationTime(nowSeconds + 300)
    .sign(await importJWK(jwk, 'ES256'));
  return { authorization: `Bearer ${token}` };
}

const demo = () => as(DEMO, 'trader');
const admin = () => as(ADMIN, 'admin');
const body = (more: object = {}) => ({ name: 'bot', scopes: ['orders:read'], ...more });
const exchange = (secret: string) => accounts.ask('POST', '/internal/api-keys/exchange', { body: { secret } });

async function create(more: object = {}, o: { key?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  keyCount += 1;
  const headers = { ...(o.headers ?? (await demo())), 'idempotency-key': o.key ?? `make-${keyCount}` };
  return accounts.ask('POST', '/v1/api-keys', { body: body(more), headers });
}

const made = async (more: object = {}): Promise<Required<ApiKeySecretView>> =>
  (await create(more)).body as Required<ApiKeySecretView>;
const eventsOf = (keyId: string) => accounts.heard.filter(({ subject }) => subject === keyId).map(({ type }) => type);

describe('an API key', () => {
  it('is made once per idempotency key, and its secret is shown once', async () => {
    const first = await create({ expiresAt: new Date(clock.now() + DAY_MS).toISOString() }, { key: 'once' });
    expect(first.status).toBe(201);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const { secret, ...view } = first.body as ApiKeySecretView;
    expect(secret).toMatch(/^bk_[0-9a-z]{26}_[\w-]{43}$/);
    expect(secret?.startsWith(view.prefix)).toBe(true);
    const again = await create({ expiresAt: view.expiresAt }, { key: 'once' });
    expect([again.status, again.body]).toEqual([201, view]);
    const other = await create({ name: 'other' }, { key: 'once' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    expect((await accounts.ask('GET', `/v1/api-keys/${view.id}`, { headers: await demo() })).body).toEqual(view);
  });

  it('needs a fresh second factor to be made, and no key makes a key', async () => {
    const stale = await create({}, { headers: await as(DEMO, 'trader', { mfa_at: undefined }) });
    expect([stale.status, stale.body.code]).toEqual([403, 'second-factor-required']);
    const byKey = await create({}, { headers: await as(DEMO, 'trader', { scope: 'profiles:write admin:write' }) });
    expect([byKey.status, byKey.body.code]).toEqual([403, 'insufficient-scope']);
  });

  it.each([
    ['a scope that nobody knows', { scopes: ['orders:all'] }, '/scopes'],
    ['no scope', { scopes: [] }, '/scopes'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00.000Z' }, '/expiresAt'],
    ['an end too far away', { expiresAt: '2199-01-01T00:00:00.000Z' }, '/expiresAt'],
    ['a range that is none', { allowedAddresses: ['10.0.0.0/8', '10.0.0.0/40'] }, '/allowedAddresses/1'],
  ])('is not made with %s', async (_what, more, pointer) => {
    const answer = await create(more);
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([400, 'invalid-request', pointer]);
  });

  it('gets a usage plan of its own from an admin only', async () => {
    const asked = await create({ plan: 'partner' });
    expect([asked.status, asked.body.code]).toEqual([403, 'forbidden']);
  });

  it('is exchanged for a token of a minute with its scopes, which opens what the scopes open', async () => {
    const { id, secret } = await made({ scopes: ['profiles:read'], allowedAddresses: ['203.0.113.0/24'] });
    const { status, body: token } = await exchange(secret);
    expect(status).toBe(200);
    expect(token).toMatchObject({ keyId: id, ownerId: DEMO, usageSubject: DEMO, expiresInSeconds: 60 });
    expect(token.allowedAddresses).toEqual(['203.0.113.0/24']);
    const claims = decodeJwt(token.accessToken as string);
    expect(claims).toMatchObject({ sub: DEMO, role: 'trader', sid: id, scope: 'profiles:read' });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60);
    const headers = { authorization: `Bearer ${token.accessToken}` };
    expect((await accounts.ask('GET', '/v1/profiles', { headers })).status).toBe(200);
    const write = await accounts.ask('POST', '/v1/profiles', { body: { name: 'a' }, headers });
    expect([write.status, write.body.detail]).toEqual([403, 'It needs the scope profiles:write.']);
  });

  it('says to the minute when it was last used', async () => {
    const { id, secret } = await made();
    await exchange(secret);
    await eventually(async () => {
      const { body: view } = await accounts.ask('GET', `/v1/api-keys/${id}`, { headers: await demo() });
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/.test(String(view.lastUsedAt));
    });
  });

  it('opens nothing with a secret that is wrong, with its id alone, or once it has expired', async () => {
    const { secret } = await made();
    const wrong = [`${secret.slice(0, -2)}xx`, secret.slice(0, 30), `bk_${'0'.repeat(26)}_${'a'.repeat(43)}`, 'bk_'];
    for (const given of wrong) {
      const answer = await exchange(given);
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
    }
    expect((await exchange(secret)).status).toBe(200);
    clock.aheadMs = 91 * DAY_MS;
    expect((await exchange(secret)).status).toBe(401);
  });

  it('gets another secret; the one before ends at once, or when the overlap is over', async () => {
    const { id, secret } = await made();
    const rotate = async (overlap: object, key: string) =>
      accounts.ask('POST', `/v1/api-keys/${id}/rotate`, {
        body: overlap,
        headers: { ...(await demo()), 'idempotency-key': key },
      });
    const second = (await rotate({ overlapSeconds: 3_600 }, 'r1')).body.secret as string;
    expect((await rotate({ overlapSeconds: 3_600 }, 'r1')).body).not.toHaveProperty('secret');
    expect((await rotate({}, 'r1')).body.code).toBe('idempotency-key-reused');
    expect([(await exchange(secret)).status, (await exchange(second)).status]).toEqual([200, 200]);
    clock.aheadMs = 3_601_000;
    expect([(await exchange(secret)).status, (await exchange(second)).status]).toEqual([401, 200]);
    const third = (await rotate({}, 'r2')).body.secret as string;
    expect([(await exchange(second)).status, (await exchange(third)).status]).toEqual([401, 200]);
    await eventually(() => eventsOf(id).length === 3);
    expect(eventsOf(id).sort()).toEqual(['key.created.v1', 'key.rotated.v1', 'key.rotated.v1']);
  });

  it('is revoked at once and for good, and it is published', async () => {
    const { id, secret } = await made();
    const revoke = async () => accounts.ask('DELETE', `/v1/api-keys/${id}`, { headers: await demo() });
    const first = await revoke();
    expect([first.status, first.body.state]).toEqual([200, 'revoked']);
    expect((await exchange(secret)).status).toBe(401);
    expect((await revoke()).body).toEqual(first.body);
    await eventually(() => eventsOf(id).length === 2);
    expect(accounts.heard.find(({ type }) => type === 'key.revoked.v1')).toMatchObject({
      ownerid: DEMO,
      data: { keyId: id, ownerId: DEMO, revokedBy: DEMO },
    });
  });

  it('is nobody’s business but its owner’s and an admin’s, who may end it', async () => {
    const { id } = await made();
    const stranger = await as(userIdOf('stranger'), 'operator');
    for (const [method, path] of [
      ['GET', `/v1/api-keys/${id}`],
      ['DELETE', `/v1/api-keys/${id}`],
    ] as const) {
      expect((await accounts.ask(method, path, { headers: stranger })).body.code).toBe('not-found');
    }
    const rotation = { body: {}, headers: { ...(await admin()), 'idempotency-key': 'a' } };
    expect((await accounts.ask('POST', `/v1/api-keys/${id}/rotate`, rotation)).body.code).toBe('not-found');
    expect((await accounts.ask('GET', '/v1/api-keys', { headers: stranger })).body.items).toEqual([]);
    expect((await accounts.ask('DELETE', `/v1/api-keys/${id}`, { headers: await admin() })).body.state).toBe('revoked');
  });

  it('is listed a page at a time', async () => {
    const pages: string[][] = [];
    let cursor = '';
    do {
      const { body: page } = await accounts.ask('GET', `/v1/api-keys?limit=4${cursor}`, { headers: await demo() });
      pages.push((page.items as { id: string }[]).map(({ id }) => id));
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    const ids = pages.flat();
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await accounts.ask('GET', '/v1/api-keys?cursor=x', { headers: await demo() })).status).toBe(400);
  });
});

it('no secret of a key is in any document, in any event or in what was printed', async () => {
  const { id, secret } = await made();
  await eventually(() => eventsOf(id).length === 1);
  const { cosmosEndpoint: endpoint, cosmosKey: key, database } = accounts.azure;
  const client = new CosmosClient({ endpoint, key });
  const stored = await Promise.all(
    topology.containers
      .filter(({ owner }) => owner === 'accounts')
      .map(async ({ name }) => {
        const found = await client.database(database).container(name).items.query('SELECT * FROM c').fetchAll();
        return JSON.stringify(found.resources);
      }),
  );
  client.dispose();
  const everything = [...stored, JSON.stringify(accounts.heard), ...accounts.printed].join('\n');
  expect(everything).toContain(id);
  expect(everything).not.toContain(secret.slice(30));
});
