import { newOrderId, newProfileId, newRequestId, newSessionId, newUserId } from '@ballast/contracts';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';
import { ADDRESS_CHARS_MAX } from './adapters/owners.js';

let platform: GatewayPlatform;
const profileId = newProfileId(1);
const userId = newUserId(1);
const sessionId = newSessionId(1);
const orderId = newOrderId(profileId, 1);
const keyId = `key_${'0'.repeat(26)}`;
const transferId = orderId.replace('ord_', 'trf_');

beforeAll(async () => {
  platform = await startGatewayPlatform();
});
afterAll(() => platform.close());

describe('a forwarded request', () => {
  it.each([
    ['POST', '/v1/auth/login', 'accounts'],
    ['POST', '/v1/auth/login/second-factor', 'accounts'],
    ['GET', '/v1/auth/oidc', 'accounts'],
    ['POST', '/v1/auth/oidc/entra', 'accounts'],
    ['POST', '/v1/auth/oidc/entra/complete', 'accounts'],
    ['POST', '/v1/auth/oidc/entra/link', 'accounts'],
    ['POST', '/v1/auth/refresh', 'accounts'],
    ['POST', '/v1/auth/logout', 'accounts'],
    ['POST', '/v1/auth/step-up', 'accounts'],
    ['PUT', '/v1/auth/password', 'accounts'],
    ['POST', '/v1/auth/password-reset', 'accounts'],
    ['POST', '/v1/auth/second-factor', 'accounts'],
    ['POST', '/v1/auth/second-factor/confirm', 'accounts'],
    ['DELETE', '/v1/auth/second-factor', 'accounts'],
    ['GET', '/v1/sessions', 'accounts'],
    ['DELETE', `/v1/sessions/${sessionId}`, 'accounts'],
    ['POST', '/v1/users', 'accounts'],
    ['GET', '/v1/users?limit=2', 'accounts'],
    ['GET', `/v1/users/${userId}`, 'accounts'],
    ['PATCH', `/v1/users/${userId}`, 'accounts'],
    ['DELETE', `/v1/users/${userId}/second-factor`, 'accounts'],
    ['POST', `/v1/users/${userId}/password-reset`, 'accounts'],
    ['GET', `/v1/users/${userId}/sessions`, 'accounts'],
    ['DELETE', `/v1/users/${userId}/sessions`, 'accounts'],
    ['DELETE', `/v1/users/${userId}/sessions/${sessionId}`, 'accounts'],
    ['GET', '/v1/profiles?limit=2&cursor=a%2Fb', 'accounts'],
    ['GET', `/v1/profiles/${profileId}`, 'accounts'],
    ['PATCH', `/v1/profiles/${profileId}`, 'accounts'],
    ['GET', `/v1/profiles/${profileId}/versions?limit=2`, 'accounts'],
    ['GET', `/v1/profiles/${profileId}/versions/3`, 'accounts'],
    ['POST', `/v1/profiles/${profileId}/rollback`, 'accounts'],
    ['POST', `/v1/profiles/${profileId}/deposits`, 'ledger'],
    ['POST', `/v1/profiles/${profileId}/withdrawals`, 'ledger'],
    ['POST', `/v1/profiles/${profileId}/fees`, 'ledger'],
    ['POST', `/v1/profiles/${profileId}/adjustments`, 'ledger'],
    ['POST', `/v1/profiles/${profileId}/reversals`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital/balances?clock=occurred`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital/statement?from=a&to=b`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital/statement.csv?from=a&to=b`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital/verify`, 'ledger'],
    ['POST', `/v1/profiles/${profileId}/capital/close`, 'ledger'],
    ['POST', `/v1/profiles/${profileId}/capital/reopen`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital/limits`, 'ledger'],
    ['PUT', `/v1/profiles/${profileId}/capital/limits`, 'ledger'],
    ['POST', `/v1/profiles/${profileId}/transfers`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/transfers/${transferId}`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital/monitors`, 'ledger'],
    ['GET', `/v1/profiles/${profileId}/capital/monitors/low`, 'ledger'],
    ['PUT', `/v1/profiles/${profileId}/capital/monitors/low`, 'ledger'],
    ['DELETE', `/v1/profiles/${profileId}/capital/monitors/low`, 'ledger'],
    ['GET', '/v1/api-keys?limit=2', 'accounts'],
    ['GET', `/v1/api-keys/${keyId}`, 'accounts'],
    ['DELETE', `/v1/api-keys/${keyId}`, 'accounts'],
    ['GET', '/v1/usage', 'accounts'],
    ['GET', '/v1/presets', 'accounts'],
    ['POST', '/v1/presets', 'accounts'],
    ['GET', '/v1/presets/balanced', 'accounts'],
    ['PUT', '/v1/presets/balanced', 'accounts'],
    ['DELETE', '/v1/presets/balanced', 'accounts'],
    ['POST', `/v1/profiles/${profileId}/preset`, 'accounts'],
    ['GET', '/v1/feature-flags', 'accounts'],
    ['GET', '/v1/notice', 'accounts'],
    ['GET', '/v1/configuration', 'accounts'],
    ['GET', '/v1/configuration/tabs.marketplace', 'accounts'],
    ['PUT', '/v1/configuration/tabs.marketplace', 'accounts'],
    ['GET', '/v1/configuration/tabs.marketplace/versions?limit=2', 'accounts'],
    ['GET', '/v1/configuration/tabs.marketplace/versions/2', 'accounts'],
    ['POST', '/v1/configuration/tabs.marketplace/rollback', 'accounts'],
    ['GET', '/v1/admin/usage-plans', 'accounts'],
    ['GET', '/v1/admin/usage-plans/tiny', 'accounts'],
    ['GET', `/v1/admin/usage/${keyId}`, 'accounts'],
    ['POST', '/v1/orders', 'orders'],
    ['POST', '/v1/orders/preview', 'orders'],
    ['GET', `/v1/orders?profileId=${profileId}`, 'orders'],
    ['DELETE', `/v1/orders?profileId=${profileId}`, 'orders'],
    ['GET', `/v1/profiles/${profileId}/positions`, 'orders'],
    ['GET', `/v1/profiles/${profileId}/trades`, 'orders'],
    ['GET', `/v1/profiles/${profileId}/trading-limits`, 'orders'],
    ['PUT', `/v1/profiles/${profileId}/trading-limits`, 'orders'],
    ['GET', `/v1/orders/${orderId}`, 'orders'],
    ['DELETE', `/v1/orders/${orderId}`, 'orders'],
    ['PATCH', `/v1/orders/${orderId}`, 'orders'],
    ['GET', `/v1/orders/${orderId}/timeline`, 'audit'],
    ['GET', '/v1/admin/controls', 'orders'],
    ['PUT', '/v1/admin/controls', 'orders'],
    ['GET', '/v1/admin/audit?chainId=_system', 'audit'],
    ['GET', '/v1/admin/audit/verify', 'audit'],
  ] as const)('%s %s goes to %s, and its answer comes back', async (method, path, owner) => {
    platform.owners[owner].answer(`${method} ${path}`, { status: 209, body: `{"of":  "${owner}"}` });
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? '{"some":  "bödy"}' : undefined;
    const authorization = `Bearer ${await platform.token({ role: 'admin', claims: { mfa_at: Math.floor(Date.now() / 1_000) } })}`;
    const { status, text, headers } = await platform.ask(method, path, { body, headers: { authorization } });
    expect({ status, text }).toEqual({ status: 209, text: `{"of":  "${owner}"}` });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    const seen = platform.owners[owner].seen.at(-1);
    expect(seen).toMatchObject({ method, path, body: body ?? '' });
  });

  it('takes the token, the idempotency key, the request id, the trace and where it comes from along, and nothing else', async () => {
    platform.owners.ledger.answer(`POST /v1/profiles/${profileId}/deposits`, { status: 201, body: {} });
    const authorization = `Bearer ${await platform.token()}`;
    const requestId = newRequestId(1);
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const { headers } = await platform.ask('POST', `/v1/profiles/${profileId}/deposits`, {
      headers: {
        authorization,
        'idempotency-key': 'key-1',
        'x-request-id': requestId,
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
        cookie: 'a=b',
        'x-forwarded-for': '1.2.3.4',
        'x-client-address': '1.2.3.4',
        'user-agent': 'a bot',
      },
      body: { amount: '1.00' },
    });
    const seen = platform.owners.ledger.seen.at(-1)?.headers ?? {};
    expect(seen).toMatchObject({ authorization, 'idempotency-key': 'key-1', 'x-request-id': requestId });
    expect(seen.traceparent).toContain(traceId);
    expect(seen).not.toHaveProperty('cookie');
    expect(seen).not.toHaveProperty('x-forwarded-for');
    expect(seen).toMatchObject({ 'user-agent': 'a bot', 'x-client-address': '127.0.0.1' });
    expect(headers.get('x-request-id')).toBe(requestId);
  });

  it('gives problems back unchanged, with Retry-After', async () => {
    const problem = '{"type":"urn:ballast:problem:too-many-requests","status":429}';
    platform.owners.accounts.answer('POST /v1/auth/login', {
      status: 429,
      headers: { 'content-type': 'application/problem+json; charset=utf-8', 'retry-after': '7' },
      body: problem,
    });
    const { status, text, headers } = await platform.ask('POST', '/v1/auth/login', { body: {} });
    expect({ status, text }).toEqual({ status: 429, text: problem });
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(headers.get('retry-after')).toBe('7');
  });
});

describe('a request that is not forwarded', () => {
  const before = (): number => Object.values(platform.owners).flatMap(({ seen }) => seen).length;

  it('has no valid token', async () => {
    const count = before();
    for (const authorization of ['', 'Bearer nonsense', `Bearer ${await platform.token({ expiresInSeconds: -60 })}`]) {
      const { status, body, headers } = await platform.ask('GET', `/v1/orders/${orderId}`, {
        headers: { authorization },
      });
      expect(status).toBe(401);
      expect(body).toMatchObject({ code: 'unauthorized' });
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(before()).toBe(count);
  });

  it('names what cannot be an id, or a route that is not there', async () => {
    const count = before();
    for (const path of [
      '/v1/orders/%2e%2e',
      '/v1/orders/..%2fbooks/timeline',
      '/v1/profiles/x/capital',
      '/v1/books/x',
    ]) {
      expect(await platform.ask('GET', path)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    expect(await platform.ask('DELETE', '/v1/profiles')).toMatchObject({ status: 405 });
    expect(before()).toBe(count);
  });

  it('wants an answer of a type that there is not', async () => {
    const count = before();
    for (const accept of ['text/html', 'application/json;q=0']) {
      expect(await platform.ask('GET', '/v1/profiles', { headers: { accept } })).toMatchObject({
        status: 406,
        body: { code: 'not-acceptable' },
      });
    }
    expect(before()).toBe(count);
    const csv = `/v1/profiles/${profileId}/capital/statement.csv?from=a&to=b`;
    expect((await platform.ask('GET', csv, { headers: { accept: 'text/csv' } })).status).not.toBe(406);
    expect((await platform.ask('GET', csv, { headers: { accept: 'application/json' } })).status).toBe(406);
  });

  it('has an address that is too long for an owner', async () => {
    const count = before();
    const path = `/v1/profiles?cursor=${'x'.repeat(ADDRESS_CHARS_MAX)}`;
    expect(await platform.ask('GET', path)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(before()).toBe(count);
    await platform.ask('GET', path.slice(0, ADDRESS_CHARS_MAX));
    expect(before()).toBe(count + 1);
  });

  it('has a body that is no JSON', async () => {
    expect(await platform.ask('POST', '/v1/orders', { body: '{' })).toMatchObject({
      status: 400,
      body: { code: 'malformed-json' },
    });
  });
});

it('answers 503 with Retry-After when the owner is away, and goes on when it is back', async () => {
  const own = await startGatewayPlatform();
  try {
    expect((await own.ask('GET', '/v1/profiles')).status).toBe(404);
    await own.owners.orders.close();
    const { status, body, headers } = await own.ask('POST', '/v1/orders', { body: {} });
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'service-unavailable' });
    expect(headers.get('retry-after')).toBe('1');
    expect(JSON.stringify(body)).not.toContain('127.0.0.1');
  } finally {
    await own.close();
  }
});

it('is ready once it hears the bus and can verify tokens', async () => {
  const { status, body } = await platform.ask('GET', '/health/ready', { headers: { authorization: '' } });
  expect(status).toBe(200);
  expect(body['checks']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'listeners' }),
      expect.objectContaining({ name: 'token-keys' }),
    ]),
  );
});
