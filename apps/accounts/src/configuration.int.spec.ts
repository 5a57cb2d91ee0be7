import { newUserId, topology } from '@ballast/contracts';
import { CONFIGURATION_PATH, SETTINGS, SETTING_KEYS, SETTING_KEY_PATTERN, wrongIn } from '@ballast/contracts/accounts';
import type { SettingDeclaration, SettingView } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { LiveSettings, settingsAt } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';
import { Readiness } from '../../../libs/service-host/src/readiness.js';
import { AccountsFixture, eventually } from './accounts-fixture.js';
import type { Answer } from './accounts-fixture.js';

const NOTIONAL = 'trading.order-notional-usd-max';
const nothing = () => {};
const LOG = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let accounts: AccountsFixture;
let replica: RunningService;
let admin: { authorization: string };
let steppedUp: { authorization: string };
let keys = 0;

beforeAll(async () => {
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  await accounts.start();
  replica = await accounts.startReplica();
  admin = await accounts.authorizationAs(newUserId(1), 'admin');
  steppedUp = await accounts.authorizationAs(newUserId(2), 'admin', Date.now() + 600_000);
});
afterAll(() => accounts.close());

const write = (method: string, path: string, body: object, headers: Record<string, string> = admin): Promise<Answer> =>
  accounts.ask(method, path, { body, headers: { 'idempotency-key': `key-${(keys += 1)}`, ...headers } });
const set = (key: string, value: unknown, headers: Record<string, string> = admin): Promise<Answer> =>
  write('PUT', `/v1/configuration/${key}`, { value, reason: 'a test' }, headers);
const read = (path: string, headers = admin): Promise<Answer> => accounts.ask('GET', path, { headers });

describe('the settings', () => {
  it('are declared with a default in their range, and shown with it until they are set', async () => {
    for (const key of SETTING_KEYS) {
      const setting: SettingDeclaration = SETTINGS[key];
      expect(key).toMatch(SETTING_KEY_PATTERN);
      expect([key, setting.default === undefined || wrongIn(setting, setting.default) === undefined]).toEqual([
        key,
        true,
      ]);
    }
    const { items } = (await read('/v1/configuration')).body;
    expect(items.map(({ key }: SettingView) => key)).toEqual(SETTING_KEYS);
    const one = await read('/v1/configuration/trading.daily-loss-usd-max');
    expect([one.headers.get('etag'), one.body]).toEqual([
      '"1"',
      {
        ...{ key: 'trading.daily-loss-usd-max', type: 'decimal', unit: 'USD', description: expect.any(String) },
        ...{ value: '100000', default: '100000', min: '1', max: '100000000', loosens: 'higher' },
        ...{ readBy: ['orders'], version: 1 },
      },
    ]);
  });

  it('have a version for every change, published with who made it and why, and are rolled back', async () => {
    const path = `/v1/configuration/${NOTIONAL}`;
    const first = await set(NOTIONAL, '5000');
    expect([first.status, first.headers.get('etag'), first.body.value]).toEqual([200, '"2"', '5000']);
    await set(NOTIONAL, '4000');
    const back = await write('POST', `${path}/rollback`, { version: 2, reason: 'too little' }, steppedUp);
    expect(back.body).toMatchObject({ version: 4, value: '5000' });
    const toDefault = await write('POST', `${path}/rollback`, { version: 1 }, steppedUp);
    expect(toDefault.body).toMatchObject({ version: 5, value: '1000000' });
    const { items } = (await read(`${path}/versions`)).body;
    expect(items).toMatchObject([
      { version: 5, restoredVersion: 1, changed: ['/value'] },
      { version: 4, restoredVersion: 2, value: '5000', reason: 'too little' },
      { version: 3, value: '4000', actor: expect.stringMatching(/^usr_/), reason: 'a test' },
      { version: 2, value: '5000' },
    ]);
    expect(items[0]).not.toHaveProperty('value');
    expect((await read(`${path}/versions/3`)).body).toEqual(items[2]);
    const told = () => accounts.heard.filter(({ subject }) => subject === NOTIONAL).map(({ data }) => data);
    await eventually(() => told().length === 4);
    expect(told()).toEqual(expect.arrayContaining(items.map(({ at: _at, ...facts }: { at: string }) => facts)));
  });

  it('take no change that was decided on an older version, and give a repetition the first answer', async () => {
    const path = '/v1/configuration/trading.losses-in-a-row-max';
    const asked = { body: { value: 5 }, headers: { ...admin, 'idempotency-key': 'once', 'if-match': '"1"' } };
    const first = await accounts.ask('PUT', path, asked);
    expect(first.body).toMatchObject({ value: 5, version: 2 });
    expect((await set('trading.losses-in-a-row-max', 4, { ...admin, 'if-match': '"1"' })).status).toBe(412);
    await set('trading.losses-in-a-row-max', 4);
    expect((await accounts.ask('PUT', path, asked)).body).toEqual(first.body);
    expect((await accounts.ask('PUT', path, { ...asked, body: { value: 6 } })).status).toBe(422);
    expect((await set('trading.losses-in-a-row-max', 4)).body).toMatchObject({ version: 3 });
  });

  it('refuse what they cannot be, by its pointer, and nobody but an admin sets them', async () => {
    for (const [key, value] of [
      [NOTIONAL, '0.5'],
      [NOTIONAL, 5_000],
      ['trading.open-orders-max', 501],
      ['trading.open-orders-max', '5'],
      ['tabs.marketplace', 'true'],
      ['product.notice', ''],
      ['product.notice', 'x'.repeat(501)],
    ] as const) {
      const { status, body } = await set(key, value);
      expect([key, status, body.errors?.[0]?.pointer]).toEqual([key, 400, '/value']);
    }
    const unknown = await write('PUT', '/v1/configuration/tabs.marketplace', { value: true, until: 'monday' });
    expect(unknown.body.errors).toEqual([{ pointer: '/until', detail: 'is not a known field' }]);
    expect((await set('trading.no-such', 1)).status).toBe(404);
    expect((await write('POST', '/v1/configuration/tabs.advice/rollback', { version: 9 })).status).toBe(400);
    const operator = await accounts.authorizationAs(newUserId(3), 'operator');
    expect((await set(NOTIONAL, '2', operator)).status).toBe(403);
    expect((await read(`/v1/configuration/${NOTIONAL}`, operator)).status).toBe(200);
  });

  it('ask for a fresh second factor where more would be allowed, and only there', async () => {
    const refused = async (key: string, value: unknown) => (await set(key, value)).body.code;
    expect(await refused('trading.quote-age-ms-max', 30_001)).toBe('second-factor-required');
    expect((await set('trading.quote-age-ms-max', 30_001, steppedUp)).status).toBe(200);
    expect((await set('trading.quote-age-ms-max', 1_000)).status).toBe(200);
    const back = await write('POST', '/v1/configuration/trading.quote-age-ms-max/rollback', { version: 1 });
    expect(back.body.code).toBe('second-factor-required');
    expect(await refused('trading.short-selling', true)).toBe('second-factor-required');
    expect((await set('trading.concentration-ratio-max', '0.5')).status).toBe(200);
    const none = await write('POST', '/v1/configuration/trading.concentration-ratio-max/rollback', { version: 1 });
    expect(none.body.code).toBe('second-factor-required');
  });
});

describe('a replica of a service', () => {
  it('has what is set at any replica of accounts, as has every other', async () => {
    const urls = [accounts.url, replica.url, replica.url];
    const replicas = urls.map((url) => new LiveSettings(settingsAt(url), LOG, new Readiness()));
    await Promise.all(replicas.map((settings) => settings.onModuleInit()));
    const lags: number[] = [];
    for (const value of [42, 41, 40]) {
      await set('trading.open-orders-max', value);
      const setAtMs = performance.now();
      await eventually(() => replicas.every((settings) => settings.get('trading.open-orders-max') === value));
      lags.push(performance.now() - setAtMs);
    }
    expect(Math.min(...lags)).toBeLessThan(10_000);
    await Promise.all(replicas.map((settings) => settings.onApplicationShutdown()));
  });

  it('gets a body only where something has changed', async () => {
    const first = await accounts.ask('GET', CONFIGURATION_PATH);
    const tag = first.headers.get('etag') ?? '';
    const again = await accounts.ask('GET', CONFIGURATION_PATH, { headers: { 'if-none-match': tag } });
    expect([again.status, again.body]).toEqual([304, undefined]);
    await set('product.notice', 'We are back at noon.');
    await eventually(async () => (await read('/v1/notice')).body.notice === 'We are back at noon.');
    expect((await accounts.ask('GET', CONFIGURATION_PATH, { headers: { 'if-none-match': tag } })).body).toMatchObject({
      revision: first.body.revision + 1,
      values: { 'product.notice': 'We are back at noon.' },
    });
  });
});

describe('feature flags', () => {
  it('are booleans by area, for everybody, set and rolled back like any setting', async () => {
    const viewer = await accounts.authorizationAs(newUserId(4), 'viewer');
    const flags = async () => (await read('/v1/feature-flags', viewer)).body;
    const named = Object.entries((await flags()) as Record<string, Record<string, boolean>>).flatMap(([area, on]) =>
      Object.keys(on).map((name) => `${area}.${name}`),
    );
    expect(named).toEqual(SETTING_KEYS.filter((key) => key.startsWith('tabs.')));
    expect(await flags()).toMatchObject({ tabs: { marketplace: false, membership: false } });
    expect((await set('tabs.marketplace', true)).body).toMatchObject({ value: true, version: 2 });
    await eventually(async () => (await flags()).tabs.marketplace === true);
    expect(await flags()).toMatchObject({ tabs: { membership: false } });
    await write('POST', '/v1/configuration/tabs.marketplace/rollback', { version: 1 });
    await eventually(async () => (await flags()).tabs.marketplace === false);
  });
});
