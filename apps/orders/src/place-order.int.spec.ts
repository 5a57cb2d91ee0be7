import type { ContainerStore } from '@ballast/cosmos';
import { newProfileId, orderOfBrokerKey } from '@ballast/contracts';
import { storeToken } from '@ballast/service-host';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

describe('placing an order', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
  });
  afterAll(() => bench.close());

  it('answers 202 once it is durable and asks the ledger for its worst cost', async () => {
    const { status, body } = await bench.place(profile);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      state: 'pending-capital',
      quantity: '10',
      limitPrice: '100',
      filledQuantity: '0',
      intent: 'entry',
    });
    await bench.settles(body.orderId, 'order.placed.v1');
    expect(bench.published(body.orderId)[0]).toMatchObject({
      ownerid: profile.ownerId,
      partitionkey: profile.profileId,
      sequence: 2,
      intent: 'entry',
      data: { holdUnits: '100100', asset: 'USD' },
    });
  });

  it('is one order however often and however fast it is repeated under one key', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => bench.place(profile, {}, 'same-key')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.orderId)).size).toBe(1);
    const list = await bench.ask(profile, 'GET', `/v1/orders?profileId=${profile.profileId}`);
    expect(list.body['items']).toHaveLength(1);
  });

  it('refuses another request under a key that was used', async () => {
    await bench.place(profile, {}, 'key-1');
    const { status, body } = await bench.place(profile, { quantity: '11' }, 'key-1');
    expect([status, body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('returns the first order for its client order id, under any key', async () => {
    const first = await bench.place(profile, { clientOrderId: 'mine' });
    const again = await bench.place(profile, { clientOrderId: 'mine' });
    expect(again.body.orderId).toBe(first.body.orderId);
    const other = await bench.place(profile, { clientOrderId: 'mine', quantity: '11' });
    expect([other.status, other.body.code]).toEqual([422, 'client-order-id-reused']);
  });

  it('stores a refusal of the ladder as the answer, publishes it, and has no order', async () => {
    const first = await bench.place(profile, { symbol: 'NOSUCH' }, 'key-2');
    expect(first.status).toBe(422);
    expect(first.body).toMatchObject({ code: 'symbol-not-tradable', limit: 'tradable symbols', value: 'NOSUCH' });
    const again = await bench.place(profile, { symbol: 'NOSUCH' }, 'key-2');
    expect(again.body.orderId).toBe(first.body.orderId);
    await bench.settles(first.body.orderId ?? '', 'order.refused.v1');
    expect((await bench.ask(profile, 'GET', `/v1/orders/${first.body.orderId}`)).status).toBe(404);
  });

  it('leaves one of many concurrent entries in a symbol live', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => bench.place(profile)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status === 422).map(({ body }) => body.code))).toEqual(
      new Set(['entry-already-live']),
    );
  });

  it('rejects it with the ledger’s word when there is not enough capital, for a repeat too', async () => {
    const { body } = await bench.place(profile, {}, 'key-3');
    await bench.decline(body);
    await bench.settles(body.orderId, 'order.placed.v1', 'order.ended.v1');
    const repeat = await bench.place(profile, {}, 'key-3');
    expect(repeat.status).toBe(422);
    expect(repeat.body).toMatchObject({
      code: 'insufficient-capital',
      limit: '0.00',
      value: '1001.00',
      orderId: body.orderId,
    });
    expect(
      bench.venue.received.filter(({ brokerKey }) => orderOfBrokerKey(brokerKey)?.orderId === body.orderId),
    ).toEqual([]);
  });

  it.each([
    ['a malformed quantity', { quantity: '1e3' }, '/quantity'],
    ['a number as quantity', { quantity: 10 }, '/quantity'],
    ['a negative quantity', { quantity: '-1' }, '/quantity'],
    ['a quantity of zero', { quantity: '0' }, '/quantity'],
    ['an unknown field', { leverage: '10' }, '/leverage'],
    ['a limit order without its price', { limitPrice: undefined }, '/limitPrice'],
    ['a market order with a price', { type: 'market' }, '/limitPrice'],
    ['an unknown side', { side: 'hold' }, '/side'],
  ])('answers 400 with the field for %s, and stores nothing', async (_name, changes, pointer) => {
    const { status, body } = await bench.place(profile, changes, 'key-4');
    expect([status, body.code, body.errors?.map((error) => error.pointer)]).toEqual([
      400,
      'invalid-request',
      [pointer],
    ]);
    expect((await bench.place(profile, {}, 'key-4')).status).toBe(202);
  });

  it('needs an idempotency key', async () => {
    const { status, body } = await bench.ask(profile, 'POST', '/v1/orders', { body: { profileId: profile.profileId } });
    expect(status).toBe(400);
    expect(['idempotency-key-missing', 'invalid-request']).toContain(body.code);
  });

  it('knows no profile and no order of somebody else', async () => {
    const other = await bench.openProfile();
    const { body } = await bench.place(profile);
    const strange = { ...profile, profileId: other.profileId };
    expect((await bench.place(strange)).status).toBe(404);
    expect((await bench.place({ ...profile, profileId: newProfileId(Date.now()) })).status).toBe(404);
    expect((await bench.ask(other, 'GET', `/v1/orders/${body.orderId}`)).status).toBe(404);
    expect((await bench.ask(other, 'DELETE', `/v1/orders/${body.orderId}`)).status).toBe(404);
    expect((await bench.ask(other, 'GET', `/v1/orders?profileId=${profile.profileId}`)).status).toBe(404);
  });

  it('lists newest first, page by page', async () => {
    const many = await bench.openProfile(100);
    const placed: string[] = [];
    for (let index = 0; index < 5; index += 1) placed.push((await bench.place(many)).body.orderId);
    const pageOf = async (cursor?: unknown) => {
      const query = cursor === undefined ? '' : `&cursor=${String(cursor)}`;
      return (await bench.ask(many, 'GET', `/v1/orders?profileId=${many.profileId}&limit=2${query}`)).body;
    };
    const seen: string[] = [];
    let page = await pageOf();
    for (;;) {
      seen.push(...(page['items'] as { orderId: string }[]).map(({ orderId }) => orderId));
      if (page['nextCursor'] === undefined) break;
      page = await pageOf(page['nextCursor']);
    }
    expect(seen).toEqual(placed.reverse());
  });

  it('knows no cursor that it has not given', async () => {
    const { status, body } = await bench.ask(
      profile,
      'GET',
      `/v1/orders?profileId=${profile.profileId}&cursor=garbage`,
    );
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, 'invalid-cursor', 'cursor']);
  });

  it('lists every order where the store gives them in pages that are not full', async () => {
    const placed: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { body } = await bench.place(profile);
      expect((await bench.ask(profile, 'DELETE', `/v1/orders/${body.orderId}`)).body.state).toBe('cancelled');
      placed.push(body.orderId);
    }
    const store = bench.orders.app.get<ContainerStore>(storeToken('trade_orders'), { strict: false });
    const query = store.query.bind(store);
    const paged = jest.spyOn(store, 'query').mockImplementation((wanted) => query({ ...wanted, pageSize: 1 }));
    const { body } = await bench.ask(profile, 'GET', `/v1/orders?profileId=${profile.profileId}&limit=5`);
    paged.mockRestore();
    expect((body['items'] as { orderId: string }[]).map(({ orderId }) => orderId)).toEqual(placed.reverse());
  });

  it('is refused while trading is halted, by the operator’s word only', async () => {
    const operator = { token: await bench.tokenFor('operator') };
    const move = (caller: { token: string }, mode: string) =>
      bench.ask(caller, 'PUT', '/v1/admin/controls', { body: { mode, reason: 'test' } });
    expect((await move(profile, 'halted')).status).toBe(403);
    expect((await move(operator, 'halted')).body).toMatchObject({ mode: 'halted', epoch: 1 });
    try {
      const { status, body } = await bench.place(profile);
      expect([status, body.code]).toEqual([422, 'trading-halted']);
    } finally {
      await move(operator, 'active');
    }
    expect((await bench.place(profile)).status).toBe(202);
    const changes = (): number => bench.published('global').filter(({ type }) => type === 'controls.changed.v1').length;
    await until('the switch is published', () => changes() === 2);
  });
});
