import { SECOND_FACTOR_FRESH_SECONDS } from '@ballast/contracts/accounts';
import { Things, USER, problem } from './things-fixture.js';

let things: Things;
const ask: Things['ask'] = (...o) => things.ask(...o);
const tokenOf: Things['tokenOf'] = (...o) => things.tokenOf(...o);
beforeAll(async () => {
  things = await Things.start();
});
afterAll(() => things.service.close());

describe('a caller', () => {
  const as = (authorization: string, path = '/v1/things/caller') => ask('GET', path, { headers: { authorization } });

  it('is known by a valid token', async () => {
    const { status, body } = await as(`Bearer ${await tokenOf()}`);
    expect([status, body.userId, body.role]).toEqual([200, USER, 'trader']);
  });

  it.each([
    ['an expired token', () => tokenOf(undefined, { expiresAt: Math.floor(Date.now() / 1_000) - 10 })],
    ['a token for others', () => tokenOf(undefined, { audience: 'others' })],
    ['a token without a role', () => tokenOf({ sub: USER })],
    ['a token with a made-up role', () => tokenOf({ sub: USER, role: 'root' })],
    ['a token of nobody', () => tokenOf({ role: 'admin' })],
    ['a changed token', async () => `${(await tokenOf()).slice(0, -4)}AAAA`],
    ['an unsigned token', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
    ['nonsense', async () => 'a.b.c'],
  ])('is not known by %s', async (_name, token) => {
    const answer = await as(`Bearer ${await token()}`);
    expect(problem(answer)).toEqual([401, 'unauthorized']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('needs a token, of the right kind', async () => {
    expect(problem(await ask('GET', '/v1/things/caller'))).toEqual([401, 'unauthorized']);
    expect(problem(await as(`Basic ${await tokenOf()}`))).toEqual([401, 'unauthorized']);
  });

  it('needs an allowed role', async () => {
    expect(problem(await as(`Bearer ${await tokenOf()}`, '/v1/things/operators'))).toEqual([403, 'forbidden']);
    const operator = await tokenOf({ sub: USER, role: 'operator' });
    expect((await as(`Bearer ${operator}`, '/v1/things/operators')).status).toBe(200);
  });

  it.each([
    ['/v1/things/caller', 'It needs the scope orders:read or orders:write.'],
    ['/v1/things/guarded', 'No API key opens this.'],
  ])('needs one of the scopes of %s where its token is limited to some', async (path, detail) => {
    for (const scope of ['capital:read', 'orders:reader', '']) {
      const answer = await as(`Bearer ${await tokenOf({ sub: USER, role: 'trader', scope })}`, path);
      expect([...problem(answer), answer.body.detail]).toEqual([403, 'insufficient-scope', detail]);
    }
  });

  it('is known with the session, the scopes and the second factor that the token names', async () => {
    const sid = `ses_${'b'.repeat(26)}`;
    const token = await tokenOf({ sub: USER, role: 'trader', sid, scope: 'orders:read orders:write', mfa_at: 7 });
    expect((await as(`Bearer ${token}`)).body).toMatchObject({
      sessionId: sid,
      scopes: ['orders:read', 'orders:write'],
      secondFactorAtMs: 7_000,
    });
  });

  it.each([
    ['a session', { sid: 'ses_1' }],
    ['a session that is no text', { sid: 1 }],
    ['a scope', { scope: 'a  b' }],
    ['a list of scopes', { scope: ['a'] }],
    ['an instant', { mfa_at: '7' }],
    ['a second factor of null', { mfa_at: null }],
  ])('is not known by a token with %s that cannot be read', async (_name, claims) => {
    expect(problem(await as(`Bearer ${await tokenOf({ sub: USER, role: 'trader', ...claims })}`))).toEqual([
      401,
      'unauthorized',
    ]);
  });

  it('needs a fresh second factor where a handler says so, and is told how to show one', async () => {
    const at = (mfaAt?: number) =>
      tokenOf({ sub: USER, role: 'admin', ...(mfaAt === undefined ? {} : { mfa_at: mfaAt }) });
    const nowSeconds = Math.floor(Date.now() / 1_000);
    for (const token of [await at(), await at(nowSeconds - SECOND_FACTOR_FRESH_SECONDS - 1)]) {
      const answer = await as(`Bearer ${token}`, '/v1/things/guarded');
      expect(problem(answer)).toEqual([403, 'second-factor-required']);
      expect(answer.body.detail).toContain('POST /v1/auth/step-up');
    }
    expect((await as(`Bearer ${await at(nowSeconds)}`, '/v1/things/guarded')).status).toBe(200);
  });
});
