import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { topology } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { Clock } from '@ballast/service-host';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { AccountsFixture, eventually } from './accounts-fixture.js';
import { userIdOf } from './domain/user.js';

let accounts: AccountsFixture;

beforeAll(async () => {
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  await accounts.start();
});
afterAll(() => accounts.close());

const create = (body: object, key: string, headers: Record<string, string>) =>
  accounts.ask('POST', '/v1/profiles', { body, headers: { ...headers, 'idempotency-key': key } });

describe('the first start', () => {
  it('makes an admin and a demo trader, says once how they sign in and keeps it private', async () => {
    const password = await accounts.passwordOf('admin');
    expect(accounts.printed).toHaveLength(2);
    expect(accounts.printed[0]).toContain(`user name admin, password ${password}`);
    const file = await stat(join(accounts.dataDir, 'first-logins.json'));
    expect(file.mode & 0o777).toBe(0o600);
    expect((await stat(join(accounts.dataDir, 'token-signing-key.json'))).mode & 0o777).toBe(0o600);
  });

  it('publishes that the users were made', async () => {
    await eventually(() => accounts.heard.filter(({ type }) => type === 'user.created.v1').length === 2);
    const event = accounts.heard.find(({ subject }) => subject === userIdOf('demo'));
    expect(event).toMatchObject({
      id: `accounts:${userIdOf('demo')}:1`,
      partitionkey: '_system',
      data: { userId: userIdOf('demo'), username: 'demo', role: 'trader' },
    });
    expect(JSON.stringify(accounts.heard)).not.toContain('argon2');
  });
});

describe('signing in', () => {
  it('gives a token that verifies with the published keys', async () => {
    const { status, headers, body } = await accounts.login('demo', await accounts.passwordOf('demo'));
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresInSeconds: 900 });
    expect(body.refreshToken).toMatch(/^rft_/);
    const keys = await accounts.ask('GET', '/.well-known/jwks.json');
    expect(keys.headers.get('cache-control')).toBe('public, max-age=300');
    expect(JSON.stringify(keys.body)).not.toContain('"d"');
    const { payload } = await jwtVerify(body.accessToken, createLocalJWKSet(keys.body), {
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      algorithms: ['ES256'],
    });
    expect(payload).toMatchObject({ sub: userIdOf('demo'), role: 'trader', sid: expect.stringMatching(/^ses_/) });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
  });

  it('publishes that it happened, with the request it goes back to', async () => {
    const body = { username: 'demo', password: await accounts.passwordOf('demo') };
    await accounts.ask('POST', '/v1/auth/login', { body, headers: { 'x-request-id': 'sign-in-1' } });
    await eventually(() => accounts.heard.some(({ correlationid }) => correlationid === 'sign-in-1'));
    const event = accounts.heard.find(({ correlationid }) => correlationid === 'sign-in-1');
    expect(event).toMatchObject({ type: 'user.signed-in.v1', subject: userIdOf('demo'), causationid: 'sign-in-1' });
  });

  it('answers an unknown name and a wrong password alike', async () => {
    const unknown = await accounts.login('nobody', 'wrong');
    const wrong = await accounts.login('demo', 'wrong');
    expect(unknown.status).toBe(401);
    expect(unknown.body.code).toBe('login-failed');
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
  });

  it('names every wrong field', async () => {
    const { status, body } = await accounts.ask('POST', '/v1/auth/login', { body: { username: 7, role: 'admin' } });
    expect(status).toBe(400);
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/username', detail: 'must be a string' },
        { pointer: '/role', detail: 'is not a known field' },
        expect.objectContaining({ pointer: '/password' }),
      ]),
    );
  });
});

describe('profiles', () => {
  let demo: { authorization: string };
  beforeAll(async () => {
    demo = await accounts.authorizationOf('demo');
  });

  it('are made once per key and published', async () => {
    const first = await create({ name: 'momentum' }, 'key-1', demo);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ name: 'momentum', ownerId: userIdOf('demo'), entriesPerSymbolMax: 1 });
    const again = await create({ name: 'momentum' }, 'key-1', demo);
    expect([again.status, again.body]).toEqual([201, first.body]);
    await eventually(() => accounts.heard.some(({ subject }) => subject === first.body.id));
    const events = accounts.heard.filter(({ subject }) => subject === first.body.id);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      id: `accounts:${first.body.id}:1`,
      type: 'profile.created.v1',
      partitionkey: first.body.id,
      ownerid: userIdOf('demo'),
      data: { profileId: first.body.id, name: 'momentum', entriesPerSymbolMax: 1 },
    });
  });

  it('are one profile where the same request is sent twice at once', async () => {
    const [a, b] = await Promise.all([
      create({ name: 'twin' }, 'key-2', demo),
      create({ name: 'twin' }, 'key-2', demo),
    ]);
    expect([a.status, b.status]).toEqual([201, 201]);
    expect(a.body).toEqual(b.body);
  });

  it('refuse a key that was used for another request', async () => {
    await create({ name: 'one' }, 'key-3', demo);
    const other = await create({ name: 'two' }, 'key-3', demo);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('need an Idempotency-Key and a token', async () => {
    const missing = await accounts.ask('POST', '/v1/profiles', { body: { name: 'x' }, headers: demo });
    expect([missing.status, missing.body.code]).toEqual([400, 'idempotency-key-missing']);
    expect((await create({ name: 'x' }, 'key-4', {})).status).toBe(401);
  });

  it('cannot be made by a viewer', async () => {
    const viewer = await accounts.authorizationAs(userIdOf('viewer'), 'viewer');
    expect((await create({ name: 'x' }, 'key-6', viewer)).status).toBe(403);
  });

  it('are another profile for another user with the same key', async () => {
    const other = await accounts.authorizationAs(userIdOf('third'), 'trader');
    const [mine, theirs] = [await create({ name: 'x' }, 'key-7', demo), await create({ name: 'x' }, 'key-7', other)];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(mine.body.id).not.toBe(theirs.body.id);
  });

  it('are shown to their owner, and to nobody else but operators and admins', async () => {
    const { body } = await create({ name: 'mine' }, 'key-5', demo);
    const path = `/v1/profiles/${body.id}`;
    expect((await accounts.ask('GET', path, { headers: demo })).body).toEqual(body);
    const other = await accounts.authorizationAs(userIdOf('other'), 'trader');
    expect((await accounts.ask('GET', path, { headers: other })).status).toBe(404);
    expect((await accounts.ask('GET', '/v1/profiles', { headers: other })).body).toEqual({ items: [] });
    const operator = await accounts.authorizationAs(userIdOf('operator'), 'operator');
    expect((await accounts.ask('GET', path, { headers: operator })).body).toEqual(body);
    expect((await accounts.ask('GET', '/v1/profiles', { headers: operator })).body.items).toContainEqual(body);
    expect((await accounts.ask('GET', '/v1/profiles/nonsense', { headers: demo })).status).toBe(404);
    expect((await accounts.ask('GET', `/v1/profiles/prf_${'0'.repeat(26)}`, { headers: demo })).status).toBe(404);
  });

  it('are listed page by page, each once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { status, body } = await accounts.ask('GET', `/v1/profiles?limit=2${query}`, { headers: demo });
      expect(status).toBe(200);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
    const wrong = await accounts.ask('GET', '/v1/profiles?limit=0&cursor=x', { headers: demo });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([400, 'limit']);
    expect((await accounts.ask('GET', '/v1/profiles?cursor=x', { headers: demo })).status).toBe(400);
  });
});

describe('a restart', () => {
  class Later extends Clock {
    override now(): number {
      return Date.now() + 60_000;
    }
  }

  it('keeps the key, so nobody is logged out, and says nothing again', async () => {
    const demo = await accounts.authorizationOf('demo');
    await accounts.stop();
    await rm(join(accounts.dataDir, 'first-logins.json'));
    await accounts.start(new Later());
    expect((await accounts.ask('GET', '/v1/profiles', { headers: demo })).status).toBe(200);
    expect(accounts.printed).toHaveLength(2);
    await expect(stat(join(accounts.dataDir, 'first-logins.json'))).rejects.toThrow('ENOENT');
  });
});
