import type { ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID } from '@ballast/contracts';
import type { QuotesView } from '@ballast/contracts/streams';
import { storeToken } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import { ApplyProfileRisk } from './apply-profile-risk.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

/** A permit to call the broker is renewed after this when it is asked for; quotes are still fresh then. */
const PERMIT_LAPSED_MS = 5_000;

describe('previews, limits of a profile, and cancelling all', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
  });
  afterAll(() => bench.close());

  const TERMS = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '100' };
  const preview = (changes: object = {}) =>
    bench.ask(profile, 'POST', '/v1/orders/preview', { body: { profileId: profile.profileId, ...TERMS, ...changes } });
  const sequence = async () =>
    (await bench.orders.app.get(OrderBooks, { strict: false }).stored(profile.profileId))?.sequence;
  const limit = async (limits: object) => {
    const operator = { token: await bench.tokenFor('operator') };
    return bench.ask(operator, 'PUT', `/v1/profiles/${profile.profileId}/trading-limits`, { body: limits });
  };
  const storedControls = () =>
    bench.orders.app
      .get<ContainerStore>(storeToken('trading_controls'), { strict: false })
      .read('global', [PRODUCT_ID]);
  const stateOf = async (orderId: string) => (await bench.order(profile, orderId)).state;

  it.each([
    ['a limit buy', {}],
    ['money at the market', { type: 'market', limitPrice: undefined, quantity: undefined, notional: '500' }],
    ['a stop', { type: 'stop', limitPrice: undefined, stopPrice: '110' }],
  ])('tell of %s what the placement then does', async (_name, changes) => {
    const { status, body } = await preview(changes);
    const placed = await bench.place(profile, changes);
    await until('it is published', () => bench.typesOf(placed.body.orderId).length === 1);
    const { quantity, boundPrice, holdUnits, asset } = bench.published(placed.body.orderId)[0]?.data as typeof body;
    expect([status, body]).toEqual([200, { verdict: 'placed', quantity, boundPrice, holdUnits, asset }]);
  });

  it.each([
    ['a symbol that is not there', { symbol: 'NOSUCH' }],
    [
      'a type that the broker lacks',
      { side: 'sell', type: 'market-if-touched', limitPrice: undefined, stopPrice: '120' },
    ],
    ['an exit without a position', { side: 'sell' }],
    ['money that buys nothing', { quantity: undefined, notional: '5' }],
  ])('tell why %s would be refused, as the placement then says it', async (_name, changes) => {
    const { body } = await preview(changes);
    const { body: refusal } = await bench.place(profile, changes);
    const { code, limit: met, value } = refusal;
    expect(body).toMatchObject({ verdict: 'refused', refusal: { code, limit: met, value } });
  });

  it('write nothing', async () => {
    const before = await sequence();
    const controls = await storedControls();
    bench.clock.set(Date.now() + PERMIT_LAPSED_MS);
    await preview();
    bench.clock.set(undefined);
    await preview();
    await preview({ symbol: 'NOSUCH' });
    expect(await sequence()).toBe(before);
    expect(await storedControls()).toEqual(controls);
    expect((await bench.ask(profile, 'GET', `/v1/orders?profileId=${profile.profileId}`)).body['items']).toEqual([]);
    expect(bench.published(profile.profileId).map(({ type }) => type)).not.toContain('order.refused.v1');
  });

  it('are for the owner of the profile, and for requests that make sense', async () => {
    const other = await bench.openProfile();
    expect((await preview({ profileId: other.profileId })).status).toBe(404);
    expect((await preview({ limitPrice: undefined })).status).toBe(400);
  });

  it('heed the limits of the profile, which operators set', async () => {
    expect((await limit({ orderNotionalUsdMax: '999.99' })).status).toBe(200);
    expect((await preview()).body).toMatchObject({
      refusal: { code: 'notional-above-limit', limit: '999.99', value: '1000' },
    });
    expect((await bench.place(profile)).body.code).toBe('notional-above-limit');
    const path = `/v1/profiles/${profile.profileId}/trading-limits`;
    expect((await bench.ask(profile, 'GET', path)).body).toEqual({ orderNotionalUsdMax: '999.99' });
    expect((await bench.ask(profile, 'PUT', path, { body: {} })).status).toBe(403);
    await limit({ orderNotionalUsdMax: '999.99' });
    await limit({});
    expect((await bench.place(profile)).status).toBe(202);
    const changes = () =>
      bench.published(profile.profileId).filter(({ type }) => type === 'book.limits-changed.v1').length;
    await until('both changes are told', () => changes() === 2);
  });

  it('hold the profile to what its owner has chosen, by its latest version, within what is allowed', async () => {
    const knows = (version: number) =>
      until(`orders knows version ${version}`, async () => {
        const { body } = await bench.ask(profile, 'GET', `/v1/books/${profile.profileId}`);
        return (body as { profileVersion?: number }).profileVersion === version;
      });
    await bench.configureRisk(profile, 3, { orderNotionalUsdMax: '999.99' });
    await knows(3);
    const apply = bench.orders.app.get(ApplyProfileRisk, { strict: false });
    const late = { profileId: profile.profileId, version: 2, name: 'late', actor: profile.ownerId };
    await apply.execute({ ...late, risk: { orderNotionalUsdMax: '500' } });
    const refusal = { code: 'notional-above-limit', limit: '999.99', value: '1000' };
    expect((await bench.place(profile)).body).toMatchObject(refusal);
    await bench.configureRisk(profile, 4, { orderNotionalUsdMax: '5000' });
    await knows(4);
    expect((await bench.place(profile)).status).toBe(202);
    await limit({ orderNotionalUsdMax: '999.99' });
    expect((await preview({ symbol: 'MSFT' })).body).toMatchObject({ refusal });
  });

  it('count what live entries of the symbol may still cost', async () => {
    const many = await bench.openProfile(10);
    profile = many;
    await limit({ positionUsdMax: '2000' });
    expect((await bench.place(many)).status).toBe(202);
    expect((await bench.place(many, { symbol: 'MSFT', quantity: '20' })).status).toBe(202);
    expect((await bench.place(many)).status).toBe(202);
    expect((await bench.place(many, { quantity: '1' })).body).toMatchObject({
      code: 'position-above-limit',
      value: '2100',
    });
  });

  it('cancel every live order of the profile, or those of one symbol', async () => {
    const many = await bench.openProfile(10);
    profile = many;
    const ids: string[] = [];
    for (const symbol of ['AAPL', 'AAPL', 'MSFT']) ids.push((await bench.place(many, { symbol })).body.orderId);
    const cancel = (query: string) => bench.ask(many, 'DELETE', `/v1/orders?profileId=${many.profileId}${query}`);
    const msft = await cancel('&symbol=MSFT');
    expect([msft.status, msft.body]).toEqual([202, { requested: 1 }]);
    expect(await Promise.all(ids.map(stateOf))).toEqual(['pending-capital', 'pending-capital', 'cancelled']);
    expect((await cancel('')).body).toEqual({ requested: 2 });
    expect(await Promise.all(ids.map(stateOf))).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect((await cancel('')).body).toEqual({ requested: 0 });
    expect((await cancel('&symbol=nope')).status).toBe(400);
    const other = await bench.openProfile();
    expect((await bench.ask(other, 'DELETE', `/v1/orders?profileId=${many.profileId}`)).status).toBe(404);
  });

  it('stand beside the quotes that subscribers are shown, in the decimals of the API', async () => {
    const { status, body } = await bench.ask(profile, 'GET', '/v1/streams/quotes?symbols=AAPL,BTC%2FUSD');
    const quoted = (body as unknown as QuotesView).quotes;
    expect([status, quoted.map(({ symbol }) => symbol)]).toEqual([200, ['AAPL', 'BTC/USD']]);
    for (const { bid, ask, at } of quoted) {
      expect([bid, ask]).toEqual([expect.stringMatching(/^\d+(\.\d+)?$/), expect.stringMatching(/^\d+(\.\d+)?$/)]);
      expect(new Date(at).toISOString()).toBe(at);
    }
    const many = Array.from({ length: 101 }, () => 'AAPL').join();
    for (const wrong of ['', '?symbols=', '?symbols=a%20b', '?symbols=AAPL,', `?symbols=${many}`]) {
      expect((await bench.ask(profile, 'GET', `/v1/streams/quotes${wrong}`)).status).toBe(400);
    }
  });
});
