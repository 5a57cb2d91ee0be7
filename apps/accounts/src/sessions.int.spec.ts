import { topology } from '@ballast/contracts';
import type { SessionView } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { decodeJwt } from 'jose';
import { AccountsFixture, SettableClock, eventually, signedInBy } from './accounts-fixture.js';
import type { SignedIn } from './accounts-fixture.js';
import { BeginSession } from './begin-session.js';
import { FIRST_WAIT_MS, FREE_FAILURES, WAIT_MS_MAX } from './domain/sign-in-attempts.js';
import { REFRESH_GRACE_MS } from './domain/session.js';
import { userIdOf } from './domain/user.js';

const clock = new SettableClock();
let accounts: AccountsFixture;

beforeAll(async () => {
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  await accounts.start(clock);
});
afterAll(() => accounts.close());

const refresh = (refreshToken: string) => accounts.ask('POST', '/v1/auth/refresh', { body: { refreshToken } });
const sessionsOf = async ({ headers }: SignedIn): Promise<SessionView[]> =>
  (await accounts.ask('GET', '/v1/sessions', { headers })).body.items;
const isOver = async ({ headers }: SignedIn): Promise<boolean> =>
  (await accounts.ask('GET', '/v1/sessions', { headers })).status === 401;
const reasonOf = (sessionId: string): unknown =>
  accounts.heard.find(({ type, subject }) => type === 'session.revoked.v1' && subject === sessionId)?.data;

describe('a refresh token', () => {
  it('gives the next access token of the same session, and the next refresh token', async () => {
    const first = await accounts.signIn('demo');
    clock.ms += 600_000;
    const answer = await refresh(first.refreshToken);
    const second = signedInBy(answer);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(second.sessionId).toBe(first.sessionId);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect((decodeJwt(answer.body.accessToken).iat ?? 0) * 1_000).toBe(clock.ms);
    expect((await refresh(second.refreshToken)).status).toBe(200);
  });

  it('gives one successor to two tabs that use it at the same time', async () => {
    const { refreshToken } = await accounts.signIn('demo');
    const [a, b] = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect([a.status, b.status]).toEqual([200, 200]);
    expect(a.body.refreshToken).toBe(b.body.refreshToken);
    clock.ms += REFRESH_GRACE_MS;
    expect((await refresh(refreshToken)).body.refreshToken).toBe(a.body.refreshToken);
    expect((await refresh(a.body.refreshToken)).status).toBe(200);
  });

  it('that is used again ends the session for both who have its tokens, and that is published', async () => {
    const stolen = await accounts.signIn('demo');
    const next = signedInBy(await refresh(stolen.refreshToken));
    clock.ms += REFRESH_GRACE_MS + 1;
    const again = await refresh(stolen.refreshToken);
    expect([again.status, again.body.code]).toEqual([401, 'refresh-refused']);
    expect((await refresh(next.refreshToken)).status).toBe(401);
    expect([await isOver(stolen), await isOver(next)]).toEqual([true, true]);
    await eventually(() => reasonOf(stolen.sessionId) !== undefined);
    expect(reasonOf(stolen.sessionId)).toMatchObject({ userId: userIdOf('demo'), reason: 'refresh-reused' });
  });

  it('of two generations ago ends the session at once', async () => {
    const first = await accounts.signIn('demo');
    const second = signedInBy(await refresh(first.refreshToken));
    const third = signedInBy(await refresh(second.refreshToken));
    expect((await refresh(first.refreshToken)).status).toBe(401);
    expect((await refresh(third.refreshToken)).status).toBe(401);
  });

  it('that was made up ends nothing', async () => {
    const mine = await accounts.signIn('demo');
    const next = signedInBy(await refresh(mine.refreshToken));
    for (const wrong of ['rft_x', `${mine.refreshToken.slice(0, -2)}AA`, mine.refreshToken.replace(/_1_/, '_9_')]) {
      expect((await refresh(wrong)).status).toBe(401);
    }
    expect((await refresh(next.refreshToken)).status).toBe(200);
  });

  it('is worth nothing seven days after the sign-in, however often it was refreshed', async () => {
    const first = await accounts.signIn('demo');
    const startedAtMs = clock.ms;
    clock.ms += 6 * 86_400_000;
    const next = signedInBy(await refresh(first.refreshToken));
    clock.ms = startedAtMs + 7 * 86_400_000 - 1;
    const last = signedInBy(await refresh(next.refreshToken));
    clock.ms += 1;
    expect((await refresh(last.refreshToken)).status).toBe(401);
  });
});

describe('the sessions of a user', () => {
  it('are listed with where they are, and one is the current one', async () => {
    const mine = await accounts.signIn('demo', { 'user-agent': 'a browser', 'x-client-address': '192.0.2.7' });
    const shown = (await sessionsOf(mine)).filter(({ current }) => current);
    expect(shown).toEqual([
      expect.objectContaining({ id: mine.sessionId, device: 'a browser', address: '192.0.2.7', method: 'password' }),
    ]);
  });

  it('can be ended from another one, and their access tokens with them', async () => {
    const [mine, lost] = [await accounts.signIn('demo'), await accounts.signIn('demo')];
    const end = (id: string, by: SignedIn) => accounts.ask('DELETE', `/v1/sessions/${id}`, { headers: by.headers });
    expect((await end(lost.sessionId, await accounts.signIn('admin'))).status).toBe(404);
    expect((await end(lost.sessionId, mine)).status).toBe(204);
    expect((await end(lost.sessionId, mine)).status).toBe(404);
    expect([await isOver(lost), await isOver(mine)]).toEqual([true, false]);
    expect((await refresh(lost.refreshToken)).status).toBe(401);
    const { body } = await accounts.ask('GET', '/.well-known/revoked-sessions.json');
    expect(body.sessionIds).toContain(lost.sessionId);
  });

  it('end with a sign-out, and with a new password all together', async () => {
    const [first, other] = [await accounts.signIn('demo'), await accounts.signIn('demo')];
    expect((await accounts.ask('POST', '/v1/auth/logout', { headers: first.headers })).status).toBe(204);
    expect([await isOver(first), await isOver(other)]).toEqual([true, false]);
    const change = (currentPassword: string, newPassword: string) =>
      accounts.ask('PUT', '/v1/auth/password', { body: { currentPassword, newPassword }, headers: other.headers });
    const password = await accounts.passwordOf('demo');
    expect((await change('wrong', 'four words nobody says')).body.code).toBe('password-wrong');
    const bad = await change(password, 'the demo user 12');
    expect([bad.status, bad.body.errors]).toEqual([
      400,
      [{ pointer: '/newPassword', detail: 'must not contain the user name' }],
    ]);
    expect((await change(password, 'four words nobody says')).status).toBe(204);
    expect([await isOver(other), (await refresh(other.refreshToken)).status]).toEqual([true, 401]);
    expect((await accounts.login('demo', password)).status).toBe(401);
    expect((await accounts.login('demo', 'four words nobody says')).status).toBe(200);
  });
});

it('a sign-in does not begin a session beside the change that ends them all', async () => {
  const begin = accounts.part(BeginSession);
  const admin = await accounts.authorizationAs(userIdOf('admin'), 'admin', clock.ms);
  const disable = (status: string) =>
    accounts.ask('PATCH', `/v1/users/${userIdOf('demo')}`, {
      body: { status },
      headers: { ...admin, 'if-match': '*' },
    });
  const plan = begin.plan.bind(begin);
  const planning = jest.spyOn(begin, 'plan').mockImplementationOnce(async (user, how) => {
    expect((await disable('disabled')).status).toBe(200);
    return plan(user, how);
  });
  const refused = await accounts.login('demo', 'four words nobody says');
  planning.mockRestore();
  expect([refused.status, refused.body.code]).toEqual([401, 'login-failed']);
  expect((await disable('active')).status).toBe(200);
  const mine = signedInBy(await accounts.login('demo', 'four words nobody says'));
  expect(await sessionsOf(mine)).toHaveLength(1);
});

describe('wrong passwords', () => {
  const guess = (name: string) => accounts.login(name, 'wrong');

  it.each(['admin', 'nobody'])(
    'of %s are looked at five times, however they are sent, and then make wait',
    async (name) => {
      const answers = await Promise.all(Array.from({ length: FREE_FAILURES + 3 }, () => guess(name)));
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(5).fill(401), 429, 429, 429]);
      const refused = answers.find(({ status }) => status === 429);
      expect([refused?.body.code, refused?.headers.get('retry-after')]).toEqual(['too-many-requests', '30']);
      clock.ms += FIRST_WAIT_MS - 1;
      expect((await guess(name)).status).toBe(429);
      clock.ms += 1;
      expect((await guess(name)).status).toBe(401);
      expect((await guess(name)).headers.get('retry-after')).toBe('60');
    },
  );

  it('are counted by all replicas together', async () => {
    const { url } = await accounts.startReplica();
    const body = { username: 'somebody', password: 'wrong' };
    const guesses = Array.from({ length: 2 * FREE_FAILURES + 2 }, (_, index) =>
      accounts.ask('POST', '/v1/auth/login', { body, ...(index % 2 === 0 && { url }) }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBe(FREE_FAILURES);
  });

  it('make wait after a restart too, and a user is told of it in the audit', async () => {
    await accounts.stop();
    await accounts.start(clock);
    expect((await accounts.login('admin', await accounts.passwordOf('admin'))).status).toBe(429);
    clock.ms += WAIT_MS_MAX;
    expect((await accounts.login('admin', await accounts.passwordOf('admin'))).status).toBe(200);
    await eventually(() => accounts.heard.some(({ type }) => type === 'user.locked-out.v1'));
    const told = accounts.heard.filter(({ type }) => type === 'user.locked-out.v1');
    expect(new Set(told.map(({ subject }) => subject))).toEqual(new Set([userIdOf('admin')]));
  });
});
