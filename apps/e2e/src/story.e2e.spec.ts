import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import type { Problem } from '@ballast/contracts';
import type { AuditPage } from '@ballast/contracts/audit';
import type { OrderPage, OrderPreview, OrderView } from '@ballast/contracts/orders';
import { Api } from '@ballast/launcher';
import { playAmendment } from './amend-story.js';
import { expectWholeStory, playBracket } from './bracket-story.js';
import { Collector } from './collector.js';
import { playShortSale } from './short-story.js';
import { playSignOut } from './sign-out-story.js';
import { Stage, until } from './stage.js';
import { expectOneTrace } from './trace-story.js';

type Body = OrderView & Problem & Record<string, unknown>;

describe('the life of one order, on the real processes', () => {
  let stage: Stage;
  let collector: Collector;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    collector = await Collector.open();
    const observed = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, METRICS_PORT: '0' };
    const services = ['accounts', 'orders', 'ledger', 'audit', 'gateway'].map((name) => [name, observed]);
    stage = await Stage.open({ ...Object.fromEntries(services), 'paper-venue': { SHORTING: 'true' } });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    try {
      await stage.close();
    } finally {
      await collector.close();
    }
  });

  const hear = async (
    namespace: string,
    token: string,
  ): Promise<{ socket: Socket; events: { type: string; subject: string }[] }> => {
    const socket = io(`${stage.platform.url('gateway')}${namespace}`, {
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    sockets.push(socket);
    const events: { type: string; subject: string }[] = [];
    socket.on('event', (event: { type: string; subject: string }) => void events.push(event));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return { socket, events };
  };

  const place = (terms: object, headers: Record<string, string> = {}, api: Api = stage.trader) =>
    api.send<Body>('POST', '/v1/orders', { body: terms, headers: { 'idempotency-key': randomUUID(), ...headers } });

  it('makes the figures worked by hand, to the cent, and tells every step to its owner, the admin and the audit', async () => {
    await stage.tick({ symbol: 'AAPL', bid: '100', ask: '100', volume: '0' });
    const profileId = await stage.fundedProfile('10000.00');
    const own = await hear('/trading', stage.trader.token ?? '');
    const all = await hear('/admin', stage.admin.token ?? '');
    await stage.quotesAreFresh();

    const placed = await place({
      profileId,
      symbol: 'AAPL',
      side: 'buy',
      type: 'limit',
      quantity: '10',
      limitPrice: '100',
    });
    expect([placed.status, placed.body.state]).toEqual([202, 'pending-capital']);
    const buy = placed.body.orderId;
    await until('the order rests at the broker', async () => (await stage.order(buy)).state === 'open');
    expect(await stage.capital(profileId)).toMatchObject({ reservedForOrders: '1001.00', available: '8999.00' });

    await stage.tick({ symbol: 'AAPL', bid: '99', ask: '99', volume: '4' });
    await until('the part is settled', async () => (await stage.capital(profileId)).fees === '0.40');
    expect(await stage.capital(profileId)).toMatchObject({
      reservedForOrders: '600.60',
      reservedForPositions: '396.00',
      available: '9003.00',
    });
    expect(await stage.order(buy)).toMatchObject({
      state: 'partially-filled',
      filledQuantity: '4',
      averagePrice: '99',
      fees: '0.4',
    });

    expect((await stage.trader.send('DELETE', `/v1/orders/${buy}`)).status).toBe(202);
    await until('the rest of the hold is free', async () => (await stage.capital(profileId)).available === '9603.60');
    expect((await stage.order(buy)).state).toBe('cancelled');

    await stage.tick({ symbol: 'AAPL', bid: '110', ask: '110', volume: '100' });
    await stage.quotesAreFresh();
    const sell = (await place({ profileId, symbol: 'AAPL', side: 'sell', type: 'market', quantity: '4' })).body.orderId;
    await until('the profit is settled', async () => (await stage.capital(profileId)).realizedPnl === '44.00');
    expect(await stage.capital(profileId)).toMatchObject({
      allocated: '10000.00',
      reservedForOrders: '0.00',
      reservedForPositions: '0.00',
      fees: '0.84',
      shortfall: '0.00',
      available: '10043.16',
    });

    const told = [
      'order.placed.v1',
      'capital.held.v1',
      'order.submitted.v1',
      'order.opened.v1',
      'order.executed.v1',
      'capital.posted.v1',
      'order.cancel-requested.v1',
      'order.ended.v1',
      'capital.released.v1',
    ];
    expect(await stage.timeline(buy, ...told)).toEqual(told);
    const exit = ['order.placed.v1', 'order.submitted.v1', 'order.executed.v1', 'capital.posted.v1'];
    expect(await stage.timeline(sell, ...exit)).toEqual(exit);
    for (const { events } of [own, all]) {
      await until(
        'every step was broadcast',
        () => events.filter(({ subject }) => subject === buy).length >= told.length,
      );
      expect(
        events
          .filter(({ subject }) => subject === buy)
          .map(({ type }) => type)
          .sort(),
      ).toEqual([...told].sort());
    }
    const fills = (await stage.fills()).map(({ quantity, price }) => `${quantity} @ ${price}`);
    expect(fills).toEqual(['4 @ 99', '4 @ 110']);
    expect((await stage.auditVerdict()).whole).toBe(true);
  });

  it('tells an order with its exits whole: decision, facts, hold, the broker’s messages, fills, postings, exits', async () => {
    const { orderId, timeline } = await playBracket(stage);
    await expectWholeStory(stage, orderId, timeline);
  });

  it('may begin with a sale: collateral is held until what was sold is bought back', () => playShortSale(stage));

  it('is one order and one broker order for 100 parallel repeats under one key; another body under it is refused', async () => {
    const profileId = await stage.fundedProfile('10000.00');
    await stage.tick({ symbol: 'MSFT', bid: '50', ask: '50', volume: '0' });
    await stage.quotesAreFresh();
    const terms = { profileId, symbol: 'MSFT', side: 'buy', type: 'limit', quantity: '3', limitPrice: '50' };
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 100 }, () => place(terms, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set(answers.map(({ body }) => body.orderId));
    expect(ids.size).toBe(1);
    const [orderId = ''] = ids;
    await until('it rests', async () => (await stage.order(orderId)).state === 'open');
    expect(
      (await stage.brokerOrders()).filter(
        ({ client_order_id }) => profileOfOrder(orderOfBrokerKey(client_order_id)?.orderId ?? '') === profileId,
      ),
    ).toHaveLength(1);
    expect((await stage.trader.get<OrderPage>(`/v1/orders?profileId=${profileId}`)).items).toHaveLength(1);
    const changed = await place({ ...terms, quantity: '4' }, key);
    expect([changed.status, changed.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('may be amended while it rests: the broker hears of other terms when they are paid for', () =>
    playAmendment(stage));

  it('holds the reply until the order is accepted, or refused by the ledger with limit and value', async () => {
    const profileId = await stage.fundedProfile('100.00');
    await stage.tick({ symbol: 'IBM', bid: '50', ask: '50', volume: '100' });
    await stage.quotesAreFresh();
    const wait = { prefer: 'wait=10' };
    const affordable = await place(
      { profileId, symbol: 'IBM', side: 'buy', type: 'limit', quantity: '1', limitPrice: '49' },
      wait,
    );
    expect(affordable.status).toBe(202);
    expect(['submitting', 'open']).toContain(affordable.body.state);
    expect(affordable.headers.get('preference-applied')).toBe('wait=10');
    const key = { 'idempotency-key': randomUUID() };
    const terms = {
      profileId,
      symbol: 'IBM',
      side: 'buy',
      type: 'limit',
      quantity: '2',
      limitPrice: '50',
      clientOrderId: 'too-large',
    };
    await stage.trader.send('DELETE', `/v1/orders/${affordable.body.orderId}`);
    await until('its claim is gone', async () => (await stage.order(affordable.body.orderId)).state === 'cancelled');
    await until('its hold is free', async () => (await stage.capital(profileId)).available === '100.00');
    const { body: preview } = await stage.trader.post<OrderPreview>('/v1/orders/preview', terms);
    const refused = await place(terms, { ...wait, ...key });
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    const refusal = { code: 'insufficient-capital', limit: '100.00', value: '100.10' };
    expect(refused.body).toMatchObject(refusal);
    expect(preview).toMatchObject({ verdict: 'refused', refusal });
    expect((await place(terms, key)).body).toMatchObject({
      code: 'insufficient-capital',
      orderId: refused.body.orderId,
    });
    const told = ['order.placed.v1', 'capital.declined.v1', 'order.ended.v1'];
    expect(await stage.timeline(refused.body.orderId, ...told)).toEqual(told);
    expect((await stage.capital(profileId)).available).toBe('100.00');
    expect(
      (await stage.brokerOrders()).filter(
        ({ client_order_id }) => orderOfBrokerKey(client_order_id)?.orderId === refused.body.orderId,
      ),
    ).toEqual([]);
  });

  it('is one trace from the caller through every service to the broker, and metrics that Prometheus reads', () =>
    expectOneTrace(stage, collector));

  it('refuses what the ladder forbids, stored once as the answer and audited, with nothing moved and nothing sent', async () => {
    const profileId = await stage.fundedProfile('1000.00');
    const before = (await stage.brokerOrders()).length;
    const key = { 'idempotency-key': randomUUID() };
    const unknown = await place({ profileId, symbol: 'NOSUCH', side: 'buy', type: 'market', quantity: '1' }, key);
    expect([unknown.status, unknown.body]).toMatchObject([
      422,
      { code: 'symbol-not-tradable', limit: 'tradable symbols', value: 'NOSUCH' },
    ]);
    expect(
      (await place({ profileId, symbol: 'NOSUCH', side: 'buy', type: 'market', quantity: '1' }, key)).body.orderId,
    ).toBe(unknown.body.orderId);
    expect(await stage.timeline(unknown.body.orderId, 'order.refused.v1')).toEqual(['order.refused.v1']);

    const controls = (mode: string) =>
      stage.admin.send<Body>('PUT', '/v1/admin/controls', {
        body: { mode, reason: 'story' },
        headers: { 'if-match': '*' },
      });
    expect(
      (await stage.trader.send<Body>('PUT', '/v1/admin/controls', { body: { mode: 'halted', reason: 'no' } })).status,
    ).toBe(403);
    expect((await controls('halted')).status).toBe(200);
    const halted = await place({ profileId, symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' });
    expect([halted.status, halted.body]).toMatchObject([
      422,
      { code: 'trading-halted', limit: 'active', value: 'halted' },
    ]);
    expect((await controls('active')).body).toMatchObject({ mode: 'active' });
    await until('the switch is audited', async () => {
      const page = await stage.admin.get<AuditPage>('/v1/admin/audit?chainId=_system&type=controls.changed.v1');
      return page.items.length === 2;
    });
    expect(await stage.capital(profileId)).toMatchObject({
      available: '1000.00',
      reservedForOrders: '0.00',
      postings: 1,
    });
    expect(await stage.brokerOrders()).toHaveLength(before);
  });

  it('answers what is wrong with the status, the code and the field, and stores nothing', async () => {
    const profileId = await stage.fundedProfile('1000.00');
    const good = { profileId, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100' };
    const badly = async (terms: unknown, api: Api = stage.trader, headers: Record<string, string> = {}) => {
      const { status, body } = await api.send<Body>('POST', '/v1/orders', {
        body: terms,
        headers: { 'idempotency-key': 'story', ...headers },
      });
      return [status, body.code, body.errors?.[0]?.pointer];
    };
    const gateway = stage.platform.url('gateway');
    const stranger = stage.admin;
    expect(await badly({ ...good, quantity: '1,5' })).toEqual([400, 'invalid-request', '/quantity']);
    expect(await badly({ ...good, quantity: '-1' })).toEqual([400, 'invalid-request', '/quantity']);
    expect(await badly({ ...good, limitPrice: '1e2' })).toEqual([400, 'invalid-request', '/limitPrice']);
    expect(await badly({ ...good, leverage: '2' })).toEqual([400, 'invalid-request', '/leverage']);
    expect(await badly('{"profileId": ')).toEqual([400, 'malformed-json', undefined]);
    expect(await badly(good, Api.anonymous(gateway))).toEqual([401, 'unauthorized', undefined]);
    expect(await badly(good, Api.anonymous(gateway), { authorization: 'Bearer not.a.token' })).toEqual([
      401,
      'unauthorized',
      undefined,
    ]);
    expect(await badly({ ...good, profileId: `prf_${'0'.repeat(26)}` })).toEqual([404, 'not-found', undefined]);
    expect((await stage.trader.send<Body>('GET', `/v1/orders/ord_${'0'.repeat(26)}_${'0'.repeat(16)}`)).status).toBe(
      404,
    );
    expect((await stage.trader.send<Body>('GET', '/v1/admin/audit?chainId=_system')).status).toBe(403);
    const adminsOwn = (await stranger.post<{ id: string }>('/v1/profiles', { name: 'not yours' })).body.id;
    expect(await badly({ ...good, profileId: adminsOwn })).toEqual([404, 'not-found', undefined]);
    expect((await stage.trader.send<Body>('GET', `/v1/profiles/${adminsOwn}/capital`)).status).toBe(404);
    expect((await stage.trader.get<OrderPage>(`/v1/orders?profileId=${profileId}`)).items).toEqual([]);
  });

  it('signs out of the gateway and of every service, which is audited', async () => {
    await playSignOut(stage);
  });

  it('broadcasts to nobody else, and lets only admins in to what everybody does', async () => {
    const gateway = stage.platform.url('gateway');
    const own = await hear('/trading', stage.trader.token ?? '');
    const other = (await stage.admin.post<{ id: string }>('/v1/profiles', { name: 'admin’s own' })).body.id;
    const mine = await stage.fundedProfile('10.00');
    await until('my own profile is heard of', () => own.events.some(({ subject }) => subject === mine));
    expect(own.events.filter(({ subject }) => subject === other)).toEqual([]);
    await expect(hear('/admin', stage.trader.token ?? '')).rejects.toMatchObject({ data: { code: 'forbidden' } });
    await expect(hear('/trading', 'not.a.token')).rejects.toMatchObject({ data: { code: 'unauthorized' } });
    expect((await fetch(`${gateway}/docs`)).status).toBe(200);
  });
});
