import { EVENTS } from '@ballast/contracts';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';

let platform: GatewayPlatform;

beforeAll(async () => {
  platform = await startGatewayPlatform();
});
afterAll(() => platform.close());

describe('the reference', () => {
  it('is OpenAPI with every route, its bodies, headers and problems', async () => {
    const { status, body } = await platform.ask('GET', '/docs-json', { headers: { authorization: '' } });
    expect(status).toBe(200);
    const paths = body['paths'] as Record<string, Record<string, Record<string, object>>>;
    expect(
      Object.entries(paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m} ${path}`))
        .sort(),
    ).toEqual(
      [
        'delete /v1/api-keys/{id}',
        'get /v1/api-keys',
        'get /v1/api-keys/{id}',
        'post /v1/api-keys',
        'post /v1/api-keys/{id}/rotate',
        'get /v1/usage',
        'get /v1/presets',
        'post /v1/presets',
        'get /v1/presets/{id}',
        'put /v1/presets/{id}',
        'delete /v1/presets/{id}',
        'post /v1/profiles/{id}/preset',
        'get /v1/feature-flags',
        'get /v1/notice',
        'get /v1/configuration',
        'get /v1/configuration/{key}',
        'put /v1/configuration/{key}',
        'get /v1/configuration/{key}/versions',
        'get /v1/configuration/{key}/versions/{version}',
        'post /v1/configuration/{key}/rollback',
        'get /v1/admin/usage-plans',
        'get /v1/admin/usage-plans/{name}',
        'put /v1/admin/usage-plans/{name}',
        'get /v1/admin/usage/{subject}',
        'put /v1/admin/usage/{subject}',
        'delete /v1/orders',
        'delete /v1/orders/{id}',
        'patch /v1/orders/{id}',
        'delete /v1/profiles/{id}/capital/monitors/{monitorId}',
        'get /v1/profiles/{id}/capital/balances',
        'get /v1/profiles/{id}/capital/limits',
        'get /v1/profiles/{id}/capital/monitors/{monitorId}',
        'get /v1/profiles/{id}/capital/monitors',
        'get /v1/profiles/{id}/capital/statement',
        'get /v1/profiles/{id}/capital/statement.csv',
        'get /v1/profiles/{id}/capital/verify',
        'get /v1/profiles/{id}/positions',
        'get /v1/profiles/{id}/trades',
        'get /v1/profiles/{id}/trading-limits',
        'put /v1/profiles/{id}/trading-limits',
        'get /v1/profiles/{id}/transfers/{transferId}',
        'post /v1/profiles/{id}/transfers',
        'put /v1/profiles/{id}/capital/monitors/{monitorId}',
        'get /v1/admin/audit',
        'get /v1/admin/audit/verify',
        'get /v1/admin/controls',
        'get /v1/admin/dead-letters/{service}',
        'get /v1/admin/parked/{service}',
        'get /v1/admin/parked/{service}/{subject}',
        'get /v1/orders',
        'get /v1/orders/{id}',
        'get /v1/orders/{id}/timeline',
        'get /v1/profiles',
        'get /v1/profiles/{id}',
        'patch /v1/profiles/{id}',
        'get /v1/profiles/{id}/versions',
        'get /v1/profiles/{id}/versions/{version}',
        'post /v1/profiles/{id}/rollback',
        'get /v1/stream',
        'get /v1/profiles/{id}/capital',
        'post /v1/admin/dead-letters/{service}/drop',
        'post /v1/admin/dead-letters/{service}/redrive',
        'post /v1/admin/parked/{service}/{subject}/drop',
        'post /v1/admin/parked/{service}/{subject}/redrive',
        'delete /v1/auth/second-factor',
        'delete /v1/sessions/{id}',
        'delete /v1/users/{id}/second-factor',
        'delete /v1/users/{id}/sessions',
        'delete /v1/users/{id}/sessions/{sessionId}',
        'get /v1/users/{id}/sessions',
        'get /v1/sessions',
        'get /v1/users',
        'get /v1/users/{id}',
        'patch /v1/users/{id}',
        'post /v1/auth/login',
        'post /v1/auth/login/second-factor',
        'post /v1/auth/logout',
        'get /v1/auth/oidc',
        'post /v1/auth/oidc/{provider}',
        'post /v1/auth/oidc/{provider}/complete',
        'post /v1/auth/oidc/{provider}/link',
        'post /v1/auth/refresh',
        'post /v1/auth/second-factor',
        'post /v1/auth/second-factor/confirm',
        'post /v1/auth/step-up',
        'post /v1/users',
        'put /v1/auth/password',
        'post /v1/auth/password-reset',
        'post /v1/users/{id}/password-reset',
        'post /v1/orders',
        'post /v1/orders/preview',
        'post /v1/profiles',
        'post /v1/profiles/{id}/adjustments',
        'post /v1/profiles/{id}/capital/close',
        'post /v1/profiles/{id}/capital/reopen',
        'post /v1/profiles/{id}/deposits',
        'post /v1/profiles/{id}/fees',
        'post /v1/profiles/{id}/reversals',
        'post /v1/profiles/{id}/withdrawals',
        'put /v1/admin/controls',
        'put /v1/profiles/{id}/capital/limits',
      ].sort(),
    );
    const place = paths['/v1/orders']?.['post'] ?? {};
    expect((place['parameters'] as { name: string }[]).map(({ name }) => name).sort()).toEqual([
      'Idempotency-Key',
      'Prefer',
    ]);
    expect(Object.keys(place['responses'] ?? {})).toEqual(
      expect.arrayContaining(['202', '400', '401', '403', '404', '413', '415', '422', '503']),
    );
    expect(JSON.stringify(place['requestBody'])).toContain('PlaceOrderRequest');
    expect(Object.keys((body['components'] as { schemas: object }).schemas)).toEqual(
      expect.arrayContaining(['PlaceOrderRequest', 'OrderView', 'Problem', 'AuditVerdict', 'CapitalView']),
    );
  });

  it('has a page with all that it loads, and serves nothing else', async () => {
    const page = await platform.ask('GET', '/docs', { headers: { authorization: '' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(loaded).toHaveLength(4);
    for (const path of loaded) expect((await platform.ask('GET', path)).status).toBe(200);
    const events = await platform.ask('GET', '/docs/events', { headers: { authorization: '' } });
    expect(events.headers.get('content-type')).toMatch(/^text\/html/);
    for (const { type } of EVENTS) expect(events.text).toContain(`<details id="${type}">`);
    const asyncApi = await platform.ask('GET', '/docs/asyncapi.json', { headers: { authorization: '' } });
    expect(asyncApi.body).toMatchObject({ asyncapi: '3.0.0', channels: { orders: { address: 'orders' } } });
    for (const path of ['/docs/package.json', '/docs/..%2fpackage.json', '/docs/constructor']) {
      expect((await platform.ask('GET', path)).status).toBe(404);
    }
  });
});
