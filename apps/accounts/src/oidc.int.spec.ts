import { topology } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { decodeJwt } from 'jose';
import { AccountsFixture, eventually, signedInBy } from './accounts-fixture.js';
import { userIdOf } from './domain/user.js';
import { LocalIssuer, REDIRECT_URI } from './local-issuer-fixture.js';

let accounts: AccountsFixture;
let issuer: LocalIssuer;

beforeAll(async () => {
  issuer = await LocalIssuer.start();
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  const oidcProviders = [
    { ...issuer.settings, name: 'open', createUsersAs: 'viewer' as const },
    { ...issuer.settings, name: 'closed' },
    { ...issuer.settings, name: 'away', issuer: 'http://127.0.0.1:9' },
  ];
  await accounts.start(undefined, { oidcProviders });
});
afterAll(async () => {
  await accounts.close();
  await issuer.close();
});

const begin = (name: string, redirectUri = REDIRECT_URI) =>
  accounts.ask('POST', `/v1/auth/oidc/${name}`, { body: { redirectUri } });
const complete = (name: string, flow: string, callbackUrl: string) =>
  accounts.ask('POST', `/v1/auth/oidc/${name}/complete`, { body: { flow, callbackUrl } });
/** A whole sign-in of somebody at the issuer. */
async function signIn(name: string, subject: string) {
  const { body } = await begin(name);
  return complete(name, body.flow, await issuer.browse(body.authorizationUrl, subject));
}

describe('an issuer that may make users', () => {
  it('makes one at the first sign-in and knows them by issuer and subject from then on', async () => {
    const first = await signIn('open', 'ada');
    expect(first.status).toBe(200);
    const claims = decodeJwt(first.body.accessToken);
    expect(claims['role']).toBe('viewer');
    expect(decodeJwt((await signIn('open', 'ada')).body.accessToken).sub).toBe(claims.sub);
    expect(decodeJwt((await signIn('open', 'bob')).body.accessToken).sub).not.toBe(claims.sub);
    const sessions = await accounts.ask('GET', '/v1/sessions', { headers: signedInBy(first).headers });
    expect(sessions.body.items.map(({ method }: { method: string }) => method)).toEqual(['oidc', 'oidc']);
    await eventually(() =>
      accounts.heard.some(({ type, subject }) => type === 'user.identity-linked.v1' && subject === claims.sub),
    );
    const created = accounts.heard.find(({ type, subject }) => type === 'user.created.v1' && subject === claims.sub);
    expect(created?.data).toMatchObject({ username: 'open:ada@example.com', role: 'viewer' });
  });

  it('gives nobody the password of that name, and lets them enrol a second factor without one', async () => {
    const { headers } = signedInBy(await signIn('open', 'carol'));
    expect((await accounts.login('open:carol@example.com', '')).status).toBe(400);
    expect((await accounts.login('open:carol@example.com', 'any')).status).toBe(401);
    const { status } = await accounts.ask('POST', '/v1/auth/second-factor', { body: {}, headers });
    expect(status).toBe(201);
  });
});

describe('an issuer that may make none', () => {
  it('signs in who is linked, after that user asked for it with a fresh second factor', async () => {
    expect((await signIn('closed', 'dora')).body.code).toBe('login-failed');
    const { body } = await begin('closed');
    const callbackUrl = await issuer.browse(body.authorizationUrl, 'dora');
    const link = (headers: Record<string, string>) =>
      accounts.ask('POST', '/v1/auth/oidc/closed/link', { body: { flow: body.flow, callbackUrl }, headers });
    expect((await link((await accounts.signIn('demo')).headers)).body.code).toBe('second-factor-required');
    expect((await link(await accounts.authorizationAs(userIdOf('demo'), 'trader', Date.now()))).status).toBe(204);
    expect(decodeJwt((await signIn('closed', 'dora')).body.accessToken).sub).toBe(userIdOf('demo'));
    const again = await begin('closed');
    const theirs = await accounts.ask('POST', '/v1/auth/oidc/closed/link', {
      body: { flow: again.body.flow, callbackUrl: await issuer.browse(again.body.authorizationUrl, 'dora') },
      headers: await accounts.authorizationAs(userIdOf('admin'), 'admin', Date.now()),
    });
    expect([theirs.status, theirs.body.code]).toEqual([409, 'conflict']);
  });

  it('asks for the second factor of a user who has one here', async () => {
    await accounts.enrol('demo', Date.now());
    expect((await signIn('closed', 'dora')).status).toBe(202);
  });
});

describe('an answer that is not the one to this flow', () => {
  it.each([
    ['a flow that was changed', (flow: string, url: string) => [`${flow.slice(0, -4)}AAAA`, url]],
    ['no flow of ours', (_flow: string, url: string) => ['v1.AAAA', url]],
    ['another state', (flow: string, url: string) => [flow, url.replace(/state=[^&]+/, 'state=other')]],
    ['no state', (flow: string, url: string) => [flow, url.replace(/state=[^&]+/, '')]],
    ['a made-up code', (flow: string, url: string) => [flow, url.replace(/code=[^&]+/, 'code=other')]],
    [
      'another issuer',
      (flow: string, url: string) => [flow, url.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example')],
    ],
    ['another address', (flow: string, url: string) => [flow, url.replace('/signed-in', '/elsewhere')]],
    ['a refusal', (flow: string, url: string) => [flow, url.replace(/code=[^&]+/, 'error=access_denied')]],
    ['nonsense', (flow: string) => [flow, 'nonsense']],
  ])('is refused: %s', async (_name, change) => {
    const { body } = await begin('open');
    const [flow = '', callbackUrl = ''] = change(body.flow, await issuer.browse(body.authorizationUrl, 'eve'));
    const { status, body: problem } = await complete('open', flow, callbackUrl);
    expect([status, problem.code]).toEqual([401, 'login-failed']);
  });

  it('is refused in the flow of another browser, under another issuer, and a second time', async () => {
    const [mine, other] = [await begin('open'), await begin('open')];
    const callbackUrl = await issuer.browse(mine.body.authorizationUrl, 'eve');
    expect((await complete('open', other.body.flow, callbackUrl)).status).toBe(401);
    expect((await complete('closed', mine.body.flow, callbackUrl)).status).toBe(401);
    expect((await complete('open', mine.body.flow, callbackUrl)).status).toBe(200);
    expect((await complete('open', mine.body.flow, callbackUrl)).status).toBe(401);
  });
});

it('names the issuers, takes only configured redirects, and says when an issuer is away', async () => {
  const { body } = await accounts.ask('GET', '/v1/auth/oidc');
  expect(body.items).toEqual([{ name: 'open' }, { name: 'closed' }, { name: 'away' }]);
  expect((await begin('unknown')).status).toBe(404);
  expect((await begin('open', 'http://127.0.0.1:1/elsewhere')).body.errors[0].pointer).toBe('/redirectUri');
  expect((await begin('away')).status).toBe(503);
});
