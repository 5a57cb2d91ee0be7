import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newUserId, topology } from '@ballast/contracts';
import { TOKEN_AUDIENCE } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { decodeJwt } from 'jose';
import { AccountsFixture, SettableClock, eventually, signedInBy } from './accounts-fixture.js';
import type { SignedIn } from './accounts-fixture.js';
import { userIdOf } from './domain/user.js';

const STEP_MS = 30_000;
const clock = new SettableClock();
let accounts: AccountsFixture;
let admin: Awaited<ReturnType<AccountsFixture['enrol']>>;

beforeAll(async () => {
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  await accounts.start(clock);
  admin = await accounts.enrol('admin', clock.ms);
});
afterAll(() => accounts.close());

const codeNow = (offsetMs = 0): string => admin.totp.generate({ timestamp: clock.ms + offsetMs });
const stepUp = (code: string, headers: Record<string, string> = admin.headers) =>
  accounts.ask('POST', '/v1/auth/step-up', { body: { code }, headers });
const firstStep = async () => accounts.login('admin', await accounts.passwordOf('admin'));
const secondStep = async (challenge: string, code: string) =>
  accounts.ask('POST', '/v1/auth/login/second-factor', { body: { challenge, code } });
/** The same for the same request. */
const keyOf = (...request: unknown[]) => createHash('sha256').update(JSON.stringify(request)).digest('hex');
const users = (method: string, path: string, body?: object, headers: Record<string, string> = admin.headers) =>
  accounts.ask(method, `/v1/users${path}`, {
    headers: {
      ...(method === 'PATCH' ? { 'if-match': '*' } : { 'idempotency-key': keyOf(method, path, body) }),
      ...headers,
    },
    ...(body && { body }),
  });

describe('a second factor', () => {
  it('is shown once, counts once it is confirmed, and is fresh then', async () => {
    const { mfa_at: shownAt, sid } = decodeJwt(admin.headers.authorization.slice('Bearer '.length));
    expect([shownAt, sid]).toEqual([clock.ms / 1_000, admin.sessionId]);
    expect(new Set(admin.recoveryCodes).size).toBe(10);
    const again = await accounts.ask('POST', '/v1/auth/second-factor', {
      body: { password: await accounts.passwordOf('admin') },
      headers: admin.headers,
    });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  });

  it('needs the password, and a code of its own', async () => {
    const demo = await accounts.signIn('demo');
    const begin = (password: string) =>
      accounts.ask('POST', '/v1/auth/second-factor', { body: { password }, headers: demo.headers });
    expect((await begin('wrong')).body.code).toBe('password-wrong');
    expect((await stepUp('123456', demo.headers)).status).toBe(409);
    expect((await begin(await accounts.passwordOf('demo'))).status).toBe(201);
    const confirmed = await accounts.ask('POST', '/v1/auth/second-factor/confirm', {
      body: { code: codeNow() },
      headers: demo.headers,
    });
    expect(confirmed.body.code).toBe('second-factor-wrong');
    expect((await accounts.login('demo', await accounts.passwordOf('demo'))).status).toBe(200);
  });

  it('makes a sign-in two steps, and no code is taken twice', async () => {
    clock.ms += STEP_MS;
    const first = await firstStep();
    expect([first.status, Object.keys(first.body).sort()]).toEqual([202, ['challenge', 'expiresInSeconds']]);
    expect(decodeJwt(first.body.challenge).aud).not.toBe(TOKEN_AUDIENCE);
    const code = codeNow();
    const asAccessToken = { authorization: `Bearer ${first.body.challenge}` };
    expect((await accounts.ask('GET', '/v1/sessions', { headers: asAccessToken })).status).toBe(401);
    expect((await secondStep(first.body.challenge, '000000')).body.code).toBe('second-factor-wrong');
    const second = await secondStep(first.body.challenge, code);
    expect(second.status).toBe(200);
    expect(decodeJwt(second.body.accessToken)['mfa_at']).toBe(clock.ms / 1_000);
    expect((await secondStep(first.body.challenge, code)).body.code).toBe('second-factor-wrong');
    expect((await stepUp(code)).body.code).toBe('second-factor-wrong');
    clock.ms += 300_000;
    expect((await secondStep(first.body.challenge, codeNow())).body.code).toBe('login-failed');
  });

  it('that was shown again gives a token that is fresh for five minutes, and a refreshed one no fresher', async () => {
    clock.ms += 2 * STEP_MS;
    const session = signedInBy(await secondStep((await firstStep()).body.challenge, codeNow()));
    clock.ms += 301_000;
    expect((await users('POST', '', {}, session.headers)).body.code).toBe('second-factor-required');
    const refreshed = await accounts.ask('POST', '/v1/auth/refresh', { body: { refreshToken: session.refreshToken } });
    expect((await users('POST', '', {}, signedInBy(refreshed).headers)).body.code).toBe('second-factor-required');
    const fresh = await stepUp(codeNow(STEP_MS), session.headers);
    expect([fresh.status, fresh.body.refreshToken]).toEqual([200, undefined]);
    expect((await users('POST', '', {}, signedInBy(fresh).headers)).status).toBe(400);
    await eventually(() => accounts.heard.some(({ type }) => type === 'user.stepped-up.v1'));
  });

  it('can be replaced by each recovery code once', async () => {
    const [code = ''] = admin.recoveryCodes;
    const { challenge } = (await firstStep()).body;
    expect((await secondStep(challenge, code.toUpperCase())).status).toBe(200);
    expect((await secondStep((await firstStep()).body.challenge, code)).body.code).toBe('second-factor-wrong');
    await eventually(() => accounts.heard.some(({ type }) => type === 'user.recovery-code-used.v1'));
    const event = accounts.heard.find(({ type }) => type === 'user.recovery-code-used.v1');
    expect(event?.data).toEqual({ userId: userIdOf('admin'), left: 9 });
  });

  it('is guessed no more often than a password', async () => {
    clock.ms += STEP_MS * 10;
    const session = signedInBy(await secondStep((await firstStep()).body.challenge, codeNow()));
    const answers = await Promise.all(Array.from({ length: 8 }, () => stepUp('000000', session.headers)));
    expect(answers.map(({ status }) => status).sort()).toEqual([422, 422, 422, 422, 422, 429, 429, 429]);
    clock.ms += 30_000;
    const { body } = await firstStep();
    expect((await secondStep(body.challenge, '000000')).status).toBe(422);
    expect((await firstStep()).headers.get('retry-after')).toBe('60');
    clock.ms += 60_000;
  });
});

describe('users', () => {
  const ada = { username: 'ada', password: 'four words nobody says', role: 'viewer' };
  const actAsAdmin = async () => {
    clock.ms += STEP_MS * 2;
    admin = { ...admin, ...signedInBy(await secondStep((await firstStep()).body.challenge, codeNow())) };
  };
  beforeAll(actAsAdmin);
  const adaSignsIn = async (): Promise<SignedIn> => signedInBy(await accounts.login('ada', ada.password));
  const isOver = async ({ headers }: SignedIn): Promise<boolean> =>
    (await accounts.ask('GET', '/v1/sessions', { headers })).status === 401;

  it('are made once by an admin, and sign in', async () => {
    const made = await users('POST', '', ada);
    expect([made.status, made.body]).toEqual([
      201,
      {
        ...{ id: userIdOf('ada'), username: 'ada', role: 'viewer', status: 'active', hasSecondFactor: false },
        createdAt: clock.iso(),
      },
    ]);
    expect((await users('POST', '', ada)).body).toEqual(made.body);
    expect((await users('POST', '', { ...ada, role: 'admin' })).status).toBe(409);
    const common = await users('POST', '', { ...ada, username: 'bob', password: 'Password12345' });
    expect(common.body.errors).toEqual([{ pointer: '/password', detail: 'must not be a common password' }]);
    const viewer = signedInBy(await accounts.login('ada', ada.password));
    expect((await users('GET', '', undefined, viewer.headers)).status).toBe(403);
    const { body } = await users('GET', '?limit=2');
    const rest = await users('GET', `?limit=2&cursor=${body.nextCursor}`);
    const names = [...body.items, ...rest.body.items].map(({ username }) => username as string);
    expect(names.sort()).toEqual(['ada', 'admin', 'demo']);
  });

  it('get another role or are disabled, and their sessions end', async () => {
    const before = signedInBy(await accounts.login('ada', ada.password));
    const promoted = await users('PATCH', `/${userIdOf('ada')}`, { role: 'operator' });
    expect(promoted.body).toMatchObject({ role: 'operator', status: 'active' });
    expect((await accounts.ask('GET', '/v1/sessions', { headers: before.headers })).status).toBe(401);
    const next = await accounts.login('ada', ada.password);
    expect(decodeJwt(next.body.accessToken)['role']).toBe('operator');
    expect((await users('PATCH', `/${userIdOf('ada')}`, { status: 'disabled' })).body.status).toBe('disabled');
    const { refreshToken } = signedInBy(next);
    expect((await accounts.ask('POST', '/v1/auth/refresh', { body: { refreshToken } })).status).toBe(401);
    expect((await accounts.login('ada', ada.password)).body.code).toBe('login-failed');
    expect((await users('PATCH', `/${userIdOf('ada')}`, { status: 'active' })).body.status).toBe('active');
    expect((await accounts.login('ada', ada.password)).status).toBe(200);
    expect((await users('PATCH', `/${userIdOf('admin')}`, { role: 'viewer' })).status).toBe(409);
  });

  it('have their sessions listed and ended by an admin, one or all', async () => {
    const [one, two, three] = [await adaSignsIn(), await adaSignsIn(), await adaSignsIn()];
    const sessionsOfAda = `/${userIdOf('ada')}/sessions`;
    const ids = (await users('GET', sessionsOfAda)).body.items.map(({ id }: { id: string }) => id) as string[];
    expect(ids).toEqual(expect.arrayContaining([one.sessionId, two.sessionId, three.sessionId]));
    expect((await users('DELETE', `${sessionsOfAda}/${one.sessionId}`)).status).toBe(204);
    expect(await Promise.all([one, two].map(isOver))).toEqual([true, false]);
    expect((await users('DELETE', `/${userIdOf('demo')}/sessions/${two.sessionId}`)).status).toBe(404);
    expect((await users('DELETE', sessionsOfAda)).status).toBe(204);
    expect(await Promise.all([two, three].map(isOver))).toEqual([true, true]);
    expect((await users('GET', sessionsOfAda)).body.items).toEqual([]);
    expect((await users('GET', sessionsOfAda, undefined, (await adaSignsIn()).headers)).status).toBe(403);
    expect((await users('GET', `/${newUserId(1)}/sessions`)).status).toBe(404);
    expect((await users('DELETE', `/${newUserId(1)}/sessions`)).status).toBe(404);
  });

  it('who lost their second factor are freed of it by an admin', async () => {
    expect((await users('DELETE', `/${userIdOf('ada')}/second-factor`)).status).toBe(404);
    await accounts.enrol('demo', clock.ms);
    expect((await accounts.login('demo', await accounts.passwordOf('demo'))).status).toBe(202);
    expect((await users('DELETE', `/${userIdOf('demo')}/second-factor`)).status).toBe(204);
    expect((await accounts.login('demo', await accounts.passwordOf('demo'))).status).toBe(200);
  });

  it('are all told of in events, each change under an id of its own', async () => {
    const types = ['created', 'role-changed', 'disabled', 'enabled', 'second-factor-enrolled', 'second-factor-removed'];
    for (const type of types) {
      await eventually(() => accounts.heard.some((event) => event.type === `user.${type}.v1`));
    }
    const ids = accounts.heard.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it('writes no password, code, secret, token or key into an event or a document', async () => {
  const { refreshToken } = await accounts.signIn('demo');
  await eventually(() => accounts.heard.filter(({ type }) => type === 'user.signed-in.v1').length > 5);
  const secrets = [
    admin.totp.secret.base32,
    admin.totp.secret.hex,
    await accounts.passwordOf('admin'),
    'four words nobody says',
    refreshToken.slice(-43),
    ...admin.recoveryCodes.flatMap((code) => [code, code.replaceAll('-', '')]),
  ];
  const folder = join(accounts.directory, 'azure');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  const stored = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
  expect(stored.join('')).toContain(userIdOf('admin'));
  for (const secret of secrets) {
    expect(JSON.stringify(accounts.heard)).not.toContain(secret);
    expect(stored.some((text) => text.includes(secret))).toBe(false);
  }
});
