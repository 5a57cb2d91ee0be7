import { newUserId } from '@ballast/contracts';
import type { ApiKeySecretView } from '@ballast/contracts/accounts';
import { eventually } from '../test/eventually.js';
import { startUsagePlatform } from '../test/usage-platform.js';
import type { UsagePlatform } from '../test/usage-platform.js';

const NOON = Date.parse('2026-11-20T12:00:00.000Z');
const ADMIN = newUserId(1);

let platform: UsagePlatform;
let keyCount = 0;

beforeAll(async () => {
  platform = await startUsagePlatform();
});
beforeEach(() => platform.clock.hold(NOON));
afterAll(() => platform.close());

const ask = (path: string, headers: Record<string, string>, gateway = 0): Promise<Response> =>
  fetch(`${platform.gateways[gateway]?.url}${path}`, { headers });

async function send(method: string, path: string, o: { token: string; body: object }): Promise<Response> {
  keyCount += 1;
  return fetch(`${platform.gateways[0].url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${o.token}`,
      'content-type': 'application/json',
      'idempotency-key': `k${keyCount}`,
    },
    body: JSON.stringify(o.body),
  });
}

const admin = (): Promise<string> => platform.token(ADMIN, 'admin');
const statusOf = async (asked: Promise<Response>): Promise<number> => (await asked).status;

/** A user of a plan of 50 requests a second and 100 at once, with that quota. */
async function userWith(
  plan: string,
  quotaPerMonth: number,
): Promise<{ userId: string; headers: Record<string, string> }> {
  const userId = newUserId(2);
  const token = await admin();
  const terms = { ratePerSecond: 50, burst: 100, quotaPerMonth };
  expect(await statusOf(send('PUT', `/v1/admin/usage-plans/${plan}`, { token, body: terms }))).toBe(200);
  expect(await statusOf(send('PUT', `/v1/admin/usage/${userId}`, { token, body: { plan } }))).toBe(200);
  return { userId, headers: { authorization: `Bearer ${await platform.token(userId, 'trader')}` } };
}

describe('a usage plan of 50 requests a second and 100 at once, at two gateways', () => {
  it('lets exactly that many through within 5 %, however the requests are spread', async () => {
    const { headers } = await userWith('fifty', 1_000_000);
    const [steps, stepMs, perStep] = [20, 100, 10];
    let accepted = 0;
    const refused: Response[] = [];
    for (let step = 0; step <= steps; step += 1) {
      const answers = await Promise.all(
        Array.from({ length: step === 0 ? 120 : perStep }, (_, index) => ask('/v1/orders', headers, index % 2)),
      );
      accepted += answers.filter(({ status }) => status === 200).length;
      refused.push(...answers.filter(({ status }) => status === 429));
      if (step < steps) platform.clock.pass(stepMs);
    }
    const allowed = 100 + (50 * steps * stepMs) / 1_000;
    expect(accepted).toBeGreaterThanOrEqual(allowed * 0.95);
    expect(accepted).toBeLessThanOrEqual(allowed * 1.05);
    expect(refused.length).toBeGreaterThan(50);
    for (const { headers: told } of refused) {
      expect([told.get('retry-after'), told.get('ratelimit')?.slice(0, 11)]).toEqual(['1', '"burst";r=0']);
    }
    expect(await refused[0]?.json()).toMatchObject({ code: 'too-many-requests', status: 429 });
  });

  it('is told in every answer, exactly', async () => {
    const { userId, headers } = await userWith('told', 5_000);
    const policy = '"burst";q=100;w=2, "month";q=5000;w=2592000';
    const month = `t=${(Date.parse('2026-12-01T00:00:00.000Z') - NOON) / 1_000}`;
    const told = async (path: string): Promise<unknown[]> => {
      const answer = await ask(path, headers);
      return [answer.status, answer.headers.get('ratelimit-policy'), answer.headers.get('ratelimit')];
    };
    expect(await told('/v1/orders')).toEqual([200, policy, `"burst";r=99;t=1, "month";r=4999;${month}`]);
    expect(await told('/nowhere')).toEqual([404, policy, `"burst";r=98;t=1, "month";r=4998;${month}`]);
    platform.clock.pass(20);
    expect(await told('/v1/orders')).toEqual([200, policy, `"burst";r=98;t=1, "month";r=4997;${month}`]);
    const { used, remaining } = (await (
      await ask(`/v1/admin/usage/${userId}`, { authorization: `Bearer ${await admin()}` })
    ).json()) as {
      used: number;
      remaining: number;
    };
    // What the gateway holds in advance counts as used until it goes back.
    expect([used >= 3 && used <= 20, used + remaining]).toEqual([true, 5_000]);
  });

  it('costs accounts one ask for many requests', async () => {
    const { headers } = await userWith('many', 1_000_000);
    const before = await usedBy(headers);
    await ask('/v1/orders', headers);
    await ask('/v1/orders', headers);
    expect((await usedBy(headers)) - before).toBeLessThan(10);
  });

  it('ends for the month with its quota, and says when the next begins', async () => {
    const { headers } = await userWith('small', 30);
    platform.clock.hold(Date.parse('2026-11-30T23:58:30.000Z'));
    headers['authorization'] = await renewed(headers);
    const spread = Array.from({ length: 60 }, (_, index) => ask('/v1/orders', headers, index % 2));
    const answers = await Promise.all(spread);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(30);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.map(({ headers: told }) => told.get('retry-after'))).toEqual(Array(30).fill('90'));
    expect(refused[0]?.headers.get('ratelimit')).toContain('"month";r=0;t=90');
    expect(await refused[0]?.json()).toMatchObject({ detail: 'The requests of this month are used up.' });
    platform.clock.pass(90_000);
    expect(await statusOf(ask('/v1/orders', headers))).toBe(200);
  });

  it('holds by the clock on the wall too', async () => {
    platform.clock.release();
    const { headers } = await userWith('real', 1_000_000);
    const beganAtMs = performance.now();
    let accepted = 0;
    // As long as it takes: beyond the burst of 100, every further one has to wait for its time.
    while (accepted < 130 && performance.now() - beganAtMs < 30_000) {
      const answers = await Promise.all([0, 1, 0, 1, 0, 1].map((gateway) => ask('/v1/orders', headers, gateway)));
      accepted += answers.filter(({ status }) => status === 200).length;
    }
    expect(accepted).toBeGreaterThanOrEqual(130);
    const allowed = 100 + (50 * (performance.now() - beganAtMs)) / 1_000;
    expect(accepted).toBeLessThanOrEqual(allowed * 1.05);
  });
});

const renewed = async (headers: Record<string, string>): Promise<string> => {
  const [, claims = ''] = (headers['authorization'] ?? '').split('.');
  const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
  return `Bearer ${await platform.token(sub, 'trader')}`;
};

async function usedBy(headers: Record<string, string>): Promise<number> {
  return ((await (await ask('/v1/usage', headers)).json()) as { used: number }).used;
}

describe('an API key at the gateway', () => {
  // The user of the key must be there: `admin` is made by the first start.
  const make = async (more: object = {}): Promise<Required<ApiKeySecretView>> => {
    const token = await platform.token(await firstAdmin(), 'admin');
    const made = await send('POST', '/v1/api-keys', { token, body: { name: 'bot', scopes: ['orders:read'], ...more } });
    return (await made.json()) as Required<ApiKeySecretView>;
  };

  it('opens what its scopes open, as a bearer or in X-API-Key; services see a token only', async () => {
    const { secret, id } = await make();
    const ways: Record<string, string>[] = [{ authorization: `Bearer ${secret}` }, { 'x-api-key': secret }];
    for (const headers of ways) {
      expect(await statusOf(ask('/v1/orders', headers))).toBe(200);
      const seen = platform.orders.seen.at(-1)?.headers ?? {};
      expect(JSON.stringify(seen)).not.toContain(secret);
      expect(claimsIn(String(seen.authorization))).toMatchObject({ sid: id, scope: 'orders:read' });
    }
    const over = await ask('/v1/profiles', { 'x-api-key': secret });
    expect([over.status, await over.json()]).toMatchObject([
      403,
      { code: 'insufficient-scope', detail: 'It needs the scope profiles:read.' },
    ]);
    expect(await statusOf(ask('/v1/orders', { 'x-api-key': `${secret.slice(0, -3)}xyz` }))).toBe(401);
    expect(await statusOf(ask('/v1/orders', { authorization: 'Bearer bk_nonsense' }))).toBe(401);
  });

  it('is only used from the addresses that it allows, as trusted proxies saw them', async () => {
    const { secret } = await make({ allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'] });
    const from = async (address: string): Promise<unknown> => {
      const answer = await ask('/v1/orders', { 'x-api-key': secret, 'x-forwarded-for': address });
      return answer.status === 200 ? 200 : ((await answer.json()) as { code: string }).code;
    };
    expect(await from('203.0.113.9')).toBe(200);
    expect(await from('2001:db8:7::1')).toBe(200);
    expect(await from('198.51.100.1')).toBe('address-not-allowed');
    expect(await from('203.0.113.9, 198.51.100.1')).toBe('address-not-allowed');
  });

  it('counts against the plan of its owner, or against its own', async () => {
    const token = await admin();
    const terms = { ratePerSecond: 5, burst: 7, quotaPerMonth: 500 };
    await send('PUT', '/v1/admin/usage-plans/tiny', { token, body: terms });
    const { secret: own } = await make({ plan: 'tiny' });
    const { secret: shared } = await make();
    expect((await ask('/v1/orders', { 'x-api-key': own })).headers.get('ratelimit')).toContain('"burst";r=6;');
    expect((await ask('/v1/orders', { 'x-api-key': shared })).headers.get('ratelimit-policy')).toContain('q=2000;w=2,');
    const view = await ask('/v1/usage', { 'x-api-key': own });
    expect(await view.json()).toMatchObject({ plan: { name: 'tiny', burst: 7 } });
    const missing = await send('POST', '/v1/api-keys', {
      token,
      body: { name: 'a', scopes: ['orders:read'], plan: 'none' },
    });
    expect(await missing.json()).toMatchObject({ errors: [{ pointer: '/plan' }] });
  });

  it('opens nothing once its revocation is heard, at every gateway', async () => {
    const { secret, id } = await make();
    const both = (): Promise<number[]> =>
      Promise.all([0, 1].map((gateway) => statusOf(ask('/v1/orders', { 'x-api-key': secret }, gateway))));
    expect(await both()).toEqual([200, 200]);
    const token = await platform.token(await firstAdmin(), 'admin');
    await fetch(`${platform.gateways[0].url}/v1/api-keys/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    });
    // The clock stands still, so that it is the event and not the end of the token that closes it.
    await eventually(both, (statuses) => statuses.every((status) => status === 401));
  });
});

it('somebody without a sign-in counts against their address', async () => {
  const answer = await ask('/v1/orders', { 'x-forwarded-for': '198.51.100.77' });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('ratelimit-policy')).toBe('"address";q=1000;w=10');
  expect(answer.headers.get('ratelimit')).toBe('"address";r=999;t=1');
  const login = (): Promise<Response> =>
    fetch(`${platform.gateways[0].url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'x-forwarded-for': '198.51.100.77' },
    });
  const statuses = await Promise.all(Array.from({ length: 110 }, async () => (await login()).status));
  expect(statuses.filter((status) => status === 429)).toHaveLength(11);
  expect(await statusOf(ask('/v1/orders', { 'x-forwarded-for': '198.51.100.78' }))).toBe(401);
});

it('a gateway whose accounts is away goes on by the plan that it knows', async () => {
  const { headers } = await userWith('alone', 1_000_000);
  expect(await statusOf(ask('/v1/orders', headers))).toBe(200);
  await platform.stopAccounts();
  const answers = await Promise.all(Array.from({ length: 130 }, () => ask('/v1/orders', headers)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(99);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(31);
});

const claimsIn = (authorization: string): unknown =>
  JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString());

/** The id of the first admin, as accounts made it. */
async function firstAdmin(): Promise<string> {
  const { userIdOf } = await import('../../accounts/src/domain/user.js');
  return userIdOf('admin');
}
