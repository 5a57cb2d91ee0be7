import { newUserId, topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { SETTINGS, SHIPPED_PRESET_IDS } from '@ballast/contracts/accounts';
import type { ProfileConfiguredV1, ProfileView, SettingKey } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { AccountsFixture, eventually } from './accounts-fixture.js';
import type { Answer } from './accounts-fixture.js';
import { changedPlaces } from './domain/version.js';

let accounts: AccountsFixture;
let owner: { authorization: string };
let keys = 0;

beforeAll(async () => {
  accounts = await AccountsFixture.open((dataDir) => startLocalAzure({ dataDir, topology }));
  await accounts.start();
  owner = await accounts.authorizationAs(newUserId(1), 'trader');
});
afterAll(() => accounts.close());

const write = (method: string, path: string, body: object, headers: Record<string, string> = owner): Promise<Answer> =>
  accounts.ask(method, path, { body, headers: { 'idempotency-key': `key-${(keys += 1)}`, ...headers } });
const read = (path: string, headers = owner): Promise<Answer> => accounts.ask('GET', path, { headers });
const newProfile = async (): Promise<ProfileView> => (await write('POST', '/v1/profiles', { name: 'one' })).body;
const STRATEGY = { kind: 'momentum', symbols: ['AAPL'], barSeconds: 300, entryShareRatio: '0.05' };
const RISK = { orderNotionalUsdMax: '5000', openOrdersMax: 10 };
/** By setting, the limit of a preset. */
const PRODUCT_LIMIT_OF = {
  'trading.order-notional-usd-max': 'orderNotionalUsdMax',
  'trading.position-usd-max': 'positionUsdMax',
  'trading.daily-loss-usd-max': 'dailyLossUsdMax',
  'trading.open-orders-max': 'openOrdersMax',
};
const heard = (profileId: string): EventEnvelope<ProfileConfiguredV1>[] =>
  accounts.heard.filter(
    ({ type, subject }) => type === 'profile.configured.v1' && subject === profileId,
  ) as EventEnvelope<ProfileConfiguredV1>[];

describe('a profile', () => {
  it('has a version for every change, with who made it, why and what changed, which is published', async () => {
    const { id, version, ownerId } = await newProfile();
    expect(version).toBe(1);
    const path = `/v1/profiles/${id}`;
    const first = await write('PATCH', path, { strategy: STRATEGY, reason: 'it begins' });
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
    expect(first.body).toMatchObject({ version: 2, name: 'one', strategy: STRATEGY });
    const second = await write('PATCH', path, { risk: RISK, name: 'two' });
    expect(second.body).toMatchObject({ version: 3, name: 'two', strategy: STRATEGY, risk: RISK });
    const { body } = await read(`${path}/versions`);
    expect(body.items).toEqual([
      expect.objectContaining({
        version: 3,
        actor: ownerId,
        changed: ['/name', '/risk/openOrdersMax', '/risk/orderNotionalUsdMax'],
      }),
      expect.objectContaining({ version: 2, actor: ownerId, reason: 'it begins', name: 'one' }),
      { profileId: id, version: 1, actor: ownerId, name: 'one', at: expect.any(String) },
    ]);
    expect((await read(`${path}/versions/2`)).body).toEqual(body.items[1]);
    await eventually(() => heard(id).length === 2);
    expect(heard(id).map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        {
          ...second.body,
          ...{ id: undefined, ownerId: undefined, entriesPerSymbolMax: undefined, createdAt: undefined },
          profileId: id,
          actor: ownerId,
          changed: body.items[0].changed,
        },
      ]),
    );
  });

  it('is rolled back to exactly what it was, as a new version, whatever was added since', async () => {
    const { id } = await newProfile();
    const path = `/v1/profiles/${id}`;
    await write('PATCH', path, { strategy: STRATEGY });
    await write('PATCH', path, { name: 'other', strategy: { kind: 'breakout' }, risk: RISK });
    const content = async (version: number) => {
      const { name, strategy, risk } = (await read(`${path}/versions/${version}`)).body;
      return { name, strategy, risk };
    };
    for (const [target, made] of [
      [2, 4],
      [3, 5],
      [1, 6],
    ] as const) {
      const { status, body } = await write('POST', `${path}/rollback`, { version: target, reason: 'it was better' });
      expect([status, body.version]).toEqual([200, made]);
      expect(await content(made)).toEqual(await content(target));
      expect((await read(`${path}/versions/${made}`)).body).toMatchObject({
        restoredVersion: target,
        reason: 'it was better',
      });
      expect((await read(path)).body).toEqual(body);
    }
    const missing = await write('POST', `${path}/rollback`, { version: 7 });
    expect([missing.status, missing.body.errors]).toEqual([400, [{ pointer: '/version', detail: expect.any(String) }]]);
  });

  it('takes no change that was decided on an older version, and gives a repetition the first answer', async () => {
    const { id } = await newProfile();
    const path = `/v1/profiles/${id}`;
    const asked = { body: { risk: RISK }, headers: { ...owner, 'idempotency-key': 'once', 'if-match': '"1"' } };
    const first = await accounts.ask('PATCH', path, asked);
    expect((await write('PATCH', path, { name: 'late' }, { ...owner, 'if-match': '"1"' })).status).toBe(412);
    await write('PATCH', path, { name: 'later' });
    expect((await accounts.ask('PATCH', path, asked)).body).toEqual(first.body);
    const other = await accounts.ask('PATCH', path, { ...asked, body: { name: 'else' } });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    const same = await write('PATCH', path, { name: 'later', risk: RISK });
    expect(same.body).toMatchObject({ version: 3, name: 'later' });
    expect((await read(`${path}/versions?limit=2`)).body.items).toHaveLength(2);
  });

  it('has one version of changes made at once with one key, and all of those made with different ones', async () => {
    const { id } = await newProfile();
    const path = `/v1/profiles/${id}`;
    const at = (key: string, name: string) =>
      accounts.ask('PATCH', path, { body: { name }, headers: { ...owner, 'idempotency-key': key } });
    const answers = await Promise.all([...Array(5).keys()].map(() => at('same', 'same')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.version}`))).toEqual(new Set(['200 2']));
    await Promise.all([...Array(5).keys()].map((index) => at(`k${index}`, `name ${index}`)));
    const { items, nextCursor } = (await read(`${path}/versions?limit=4`)).body;
    const rest = (await read(`${path}/versions?limit=4&cursor=${nextCursor}`)).body;
    expect([...items, ...rest.items].map(({ version }) => version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(rest.nextCursor).toBeUndefined();
  });

  it('refuses what is unknown, of another type or out of range, by its pointer, and changes nothing', async () => {
    const { id } = await newProfile();
    const path = `/v1/profiles/${id}`;
    for (const [body, pointer] of [
      [{ risk: { orderNotionalMax: '1' } }, '/risk/orderNotionalMax'],
      [{ risk: { openOrdersMax: 501 } }, '/risk/openOrdersMax'],
      [{ strategy: { ...STRATEGY, entryShareRatio: '1.01' } }, '/strategy/entryShareRatio'],
      [{ strategy: { ...STRATEGY, kind: 'luck' } }, '/strategy/kind'],
      [{ strategy: { ...STRATEGY, barSeconds: '300' } }, '/strategy/barSeconds'],
      [{ strategy: null }, '/strategy'],
      [{ reason: 'none' }, ''],
    ] as const) {
      const { status, body: problem } = await write('PATCH', path, body);
      expect([status, problem.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
    expect((await read(path)).body.version).toBe(1);
  });

  it('is changed and looked at by its owner and operators only', async () => {
    const { id } = await newProfile();
    const path = `/v1/profiles/${id}`;
    const stranger = await accounts.authorizationAs(newUserId(2), 'trader');
    for (const answer of [
      await write('PATCH', path, { name: 'mine' }, stranger),
      await write('POST', `${path}/rollback`, { version: 1 }, stranger),
      await read(`${path}/versions`, stranger),
      await read(`${path}/versions/1`, stranger),
    ])
      expect(answer.status).toBe(404);
    const operator = await accounts.authorizationAs(newUserId(3), 'operator');
    expect((await write('PATCH', path, { risk: RISK }, operator)).status).toBe(200);
    expect((await read(`${path}/versions/9`)).status).toBe(404);
  });
});

describe('presets', () => {
  const content = { name: 'quiet', strategy: STRATEGY, risk: RISK };
  const ids = async (headers = owner): Promise<string[]> =>
    (await read('/v1/presets', headers)).body.items.map(({ id }: { id: string }) => id);

  it('come with the product, within what it allows, and nobody changes those', async () => {
    const { items } = (await read('/v1/presets')).body;
    expect(items.map(({ id }: { id: string }) => id)).toEqual([...SHIPPED_PRESET_IDS]);
    for (const { id, isShipped, version, strategy, risk } of items) {
      expect([id, isShipped, version]).toEqual([id, true, 1]);
      const { id: profileId } = await newProfile();
      expect((await write('PATCH', `/v1/profiles/${profileId}`, { strategy, risk })).status).toBe(200);
      for (const [key, field] of Object.entries(PRODUCT_LIMIT_OF))
        expect(Number(risk[field])).toBeLessThanOrEqual(
          Number((SETTINGS[key as SettingKey] as { default: string }).default),
        );
      expect((await write('PUT', `/v1/presets/${id}`, content)).body.code).toBe('conflict');
      expect((await write('DELETE', `/v1/presets/${id}`, {})).body.code).toBe('conflict');
    }
  });

  it('of a user are made, changed and deleted by that user only, each once per key', async () => {
    const asked = { body: content, headers: { ...owner, 'idempotency-key': 'one-preset' } };
    const made = await accounts.ask('POST', '/v1/presets', asked);
    const { id } = made.body;
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"']);
    expect(made.body).toEqual({ ...content, id: expect.stringMatching(/^pre_/), isShipped: false, version: 1 });
    expect((await accounts.ask('POST', '/v1/presets', asked)).body).toEqual(made.body);
    expect((await accounts.ask('POST', '/v1/presets', { ...asked, body: { ...content, name: 'x' } })).status).toBe(422);
    expect(await ids()).toEqual([...SHIPPED_PRESET_IDS, id]);

    const stranger = await accounts.authorizationAs(newUserId(5), 'trader');
    expect(await ids(stranger)).toEqual([...SHIPPED_PRESET_IDS]);
    expect((await read(`/v1/presets/${id}`, stranger)).status).toBe(404);
    expect((await write('PUT', `/v1/presets/${id}`, content, stranger)).status).toBe(404);
    expect((await write('DELETE', `/v1/presets/${id}`, {}, stranger)).status).toBe(404);

    const changed = await write(
      'PUT',
      `/v1/presets/${id}`,
      { ...content, name: 'loud' },
      { ...owner, 'if-match': '"1"' },
    );
    expect(changed.body).toMatchObject({ name: 'loud', version: 2 });
    expect((await write('DELETE', `/v1/presets/${id}`, {}, { ...owner, 'if-match': '"1"' })).status).toBe(412);
    expect((await write('DELETE', `/v1/presets/${id}`, {})).status).toBe(204);
    expect([(await read(`/v1/presets/${id}`)).status, await ids()]).toEqual([404, [...SHIPPED_PRESET_IDS]]);
    const told = () => accounts.heard.filter(({ subject }) => subject === id).map(({ data }) => data);
    await eventually(() => told().length === 3);
    expect(told()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ version: 1, name: 'quiet', isDeleted: false }),
        expect.objectContaining({ version: 2, changed: ['/name'], isDeleted: false }),
        expect.objectContaining({ version: 3, changed: ['/isDeleted'], isDeleted: true }),
      ]),
    );
  });

  it('that are gone answer the same request as before, and no other', async () => {
    const profile = await newProfile();
    const { id: presetId } = (await write('POST', '/v1/presets', content)).body;
    const apply = (key: string) =>
      accounts.ask('POST', `/v1/profiles/${profile.id}/preset`, {
        ...{ body: { presetId }, headers: { ...owner, 'idempotency-key': key } },
      });
    const first = await apply('while-it-is-there');
    expect((await write('DELETE', `/v1/presets/${presetId}`, {})).status).toBe(204);
    const [again, other] = [await apply('while-it-is-there'), await apply('when-it-is-gone')];
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
    expect([other.status, other.body.errors?.[0]?.pointer]).toEqual([400, '/presetId']);
  });

  it('are given to a profile as a new version that names them, which a later change of the preset leaves alone', async () => {
    const { id } = await newProfile();
    const path = `/v1/profiles/${id}`;
    const shipped = (await read('/v1/presets/conservative')).body;
    const applied = await write('POST', `${path}/preset`, { presetId: 'conservative', reason: 'to begin with' });
    const { strategy, risk } = shipped;
    expect(applied.body).toMatchObject({ version: 2, name: 'one', strategy, risk });
    const { id: own } = (await write('POST', '/v1/presets', content)).body;
    await write('POST', `${path}/preset`, { presetId: own });
    await write('PUT', `/v1/presets/${own}`, { ...content, risk: {} });
    expect((await read(`${path}/versions`)).body.items).toMatchObject([
      { version: 3, presetId: own, presetVersion: 1, risk: RISK },
      { version: 2, presetId: 'conservative', presetVersion: 1, reason: 'to begin with' },
      { version: 1 },
    ]);
    await eventually(() => heard(id).length === 2);
    expect(heard(id).find(({ data }) => data.version === 3)?.data).toMatchObject({ presetId: own, presetVersion: 1 });
    const stranger = await accounts.authorizationAs(newUserId(6), 'trader');
    const { body: theirs } = await write('POST', '/v1/profiles', { name: 'theirs' }, stranger);
    const notTheirs = await write('POST', `/v1/profiles/${theirs.id}/preset`, { presetId: own }, stranger);
    expect([notTheirs.status, notTheirs.body.errors?.[0]?.pointer]).toEqual([400, '/presetId']);
    expect((await write('POST', `${path}/preset`, { presetId: 'balanced' }, stranger)).status).toBe(404);
  });
});

it('what changed is told by field, and by part where a part came or went whole', () => {
  expect(changedPlaces({ a: 1, b: { c: [1], d: 2 } }, { a: 1, b: { c: [2], d: 2 } })).toEqual(['/b/c']);
  expect(changedPlaces({ b: {} }, {})).toEqual(['/b']);
  expect(changedPlaces({}, { b: { c: 1 } })).toEqual(['/b/c']);
});
