import { randomBytes } from 'node:crypto';
import { topology } from '@ballast/contracts';
import { PASSWORD_RESET_TTL_SECONDS } from '@ballast/contracts/accounts';
import type { PasswordResetView } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { PasswordResetStore } from './adapters/password-reset.store.js';
import { AccountsFixture, SettableClock, eventually, signedInBy } from './accounts-fixture.js';
import { FREE_FAILURES } from './domain/sign-in-attempts.js';
import { userIdOf } from './domain/user.js';

const NEW_PASSWORD = 'four words nobody says';
const OTHER_PASSWORD = 'four others that are new';
const userId = userIdOf('demo');
const clock = new SettableClock();
let accounts: AccountsFixture;
let keys = 0;

beforeAll(async () => {
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  await accounts.start(clock);
});
afterAll(() => accounts.close());

const adminNow = () => accounts.authorizationAs(userIdOf('admin'), 'admin', clock.ms);

async function issue(id = userId, key = `reset-${(keys += 1)}`) {
  const headers = { ...(await adminNow()), 'idempotency-key': key };
  return accounts.ask('POST', `/v1/users/${id}/password-reset`, { headers });
}

async function secretOf(id = userId): Promise<string> {
  return ((await issue(id)).body as PasswordResetView).secret ?? '';
}

const use = (secret: string, newPassword = NEW_PASSWORD) =>
  accounts.ask('POST', '/v1/auth/password-reset', { body: { secret, newPassword } });

async function verdictOn(secret: string): Promise<unknown> {
  const { status, body } = await use(secret);
  return [status, body?.code, body?.detail];
}

const REFUSED = [401, 'reset-refused', undefined];

describe('a reset of a password', () => {
  it('lets the user set another one: every session ends, and those who failed to sign in need not wait', async () => {
    const before = await accounts.signIn('demo');
    for (let failed = 0; failed < FREE_FAILURES; failed += 1) await accounts.login('demo', 'wrong');
    expect((await accounts.login('demo', 'wrong')).status).toBe(429);
    const { status, headers, body } = await issue();
    expect([status, headers.get('cache-control'), body.userId]).toEqual([201, 'no-store', userId]);
    expect(Date.parse(body.expiresAt)).toBe(clock.ms + PASSWORD_RESET_TTL_SECONDS * 1_000);
    expect((await use(body.secret)).status).toBe(204);
    const refresh = { body: { refreshToken: before.refreshToken } };
    expect((await accounts.ask('POST', '/v1/auth/refresh', refresh)).status).toBe(401);
    expect((await accounts.ask('GET', '/v1/sessions', { headers: before.headers })).status).toBe(401);
    expect((await accounts.login('demo', await accounts.passwordOf('demo'))).status).toBe(401);
    expect((await accounts.login('demo', NEW_PASSWORD)).status).toBe(200);
  });

  it('is told of, and by whom, without its secret', async () => {
    const told = () => accounts.heard.filter(({ type }) => type.startsWith('user.password-'));
    await eventually(() => told().length >= 2);
    expect(told().map(({ type, subject, data }) => [type, subject, data])).toEqual(
      expect.arrayContaining([
        ['user.password-reset-issued.v1', userId, { userId, actor: userIdOf('admin') }],
        ['user.password-changed.v1', userId, { userId, actor: userId }],
      ]),
    );
  });

  it('shows its secret in one answer, and stores none', async () => {
    const [first, again] = [await issue(userId, 'twice'), await issue(userId, 'twice')];
    const { secret, ...shown } = first.body as Required<PasswordResetView>;
    expect([again.status, again.body]).toEqual([201, shown]);
    const stored = await accounts.part(PasswordResetStore).find(userId);
    expect([stored?.ttl, JSON.stringify(stored).includes(secret)]).toEqual([PASSWORD_RESET_TTL_SECONDS, false]);
    expect((await use(secret)).status).toBe(204);
  });

  it('works once, for an hour, and while it is the newest', async () => {
    const used = await secretOf();
    expect((await use(used, OTHER_PASSWORD)).status).toBe(204);
    expect(await verdictOn(used)).toEqual(REFUSED);
    const [replaced, late] = [await secretOf(), await secretOf()];
    expect(await verdictOn(replaced)).toEqual(REFUSED);
    clock.ms += PASSWORD_RESET_TTL_SECONDS * 1_000;
    expect(await verdictOn(late)).toEqual(REFUSED);
  });

  it('of two that use it at once works for one', async () => {
    const secret = await secretOf();
    const answers = await Promise.all([use(secret, NEW_PASSWORD), use(secret, OTHER_PASSWORD)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401]);
  });

  it('is worth nothing once the password was changed, or the user is disabled', async () => {
    await use(await secretOf(), NEW_PASSWORD);
    const before = await secretOf();
    const { headers } = signedInBy(await accounts.login('demo', NEW_PASSWORD));
    const body = { currentPassword: NEW_PASSWORD, newPassword: OTHER_PASSWORD };
    expect((await accounts.ask('PUT', '/v1/auth/password', { body, headers })).status).toBe(204);
    expect(await verdictOn(before)).toEqual(REFUSED);
    const held = await secretOf();
    const status = async (to: string) =>
      accounts.ask('PATCH', `/v1/users/${userId}`, {
        ...{ body: { status: to }, headers: { ...(await adminNow()), 'if-match': '*' } },
      });
    expect((await status('disabled')).status).toBe(200);
    expect(await verdictOn(held)).toEqual(REFUSED);
    expect((await issue()).status).toBe(409);
    expect((await status('active')).status).toBe(200);
  });

  it('says the same of a user who is not there as of a secret that is wrong', async () => {
    const right = await secretOf();
    const wrong = `${right.slice(0, 31)}${randomBytes(32).toString('base64url')}`;
    const nobody = `rst_${userIdOf('nobody').slice(4)}_${randomBytes(32).toString('base64url')}`;
    expect([await verdictOn(wrong), await verdictOn(nobody)]).toEqual([REFUSED, REFUSED]);
  });

  it('stays good when the new password cannot be taken', async () => {
    const secret = await secretOf();
    const { status, body } = await use(secret, 'the demo user 12');
    expect([status, body.errors]).toEqual([
      400,
      [{ pointer: '/newPassword', detail: 'must not contain the user name' }],
    ]);
    expect((await use(secret)).status).toBe(204);
  });

  it('is for other admins with a fresh second factor to issue, to users who are there', async () => {
    const path = `/v1/users/${userId}/password-reset`;
    const asked = async (headers: Record<string, string>) =>
      (await accounts.ask('POST', path, { headers: { 'idempotency-key': 'k', ...headers } })).body.code;
    expect(await asked(await accounts.authorizationAs(userIdOf('admin'), 'admin'))).toBe('second-factor-required');
    expect(await asked(await accounts.authorizationAs(userIdOf('demo'), 'operator', clock.ms))).toBe('forbidden');
    expect((await issue(userIdOf('nobody'))).status).toBe(404);
    expect((await issue(userIdOf('admin'))).status).toBe(409);
  });
});
