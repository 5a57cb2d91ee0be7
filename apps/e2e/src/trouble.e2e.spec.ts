import { randomUUID } from 'node:crypto';
import { orderOfBrokerKey } from '@ballast/contracts';
import type { Problem } from '@ballast/contracts';
import type { OrderPage, OrderView } from '@ballast/contracts/orders';
import type { ControlsView } from '@ballast/contracts/orders';
import type { Replica } from '@ballast/launcher';
import { HeldLink } from './held-link.js';
import { Stage, until } from './stage.js';

type Body = OrderView & Problem;

const ENTRIES = 64;
const PRICE = '100';
/** Milliseconds for a halt, and for the messages that the cut-off replica had in its hands. */
const DRILL_MS_MAX = 180_000;
const ROUNDS_MAX = 10;
/** Milliseconds after which an order that is not answered is taken to be in the hands of the cut-off replica. */
const STUCK_AFTER_MS = 2_000;

describe('trouble, on the real processes with two replicas of orders', () => {
  let stage: Stage;
  let link: HeldLink;
  let replica: Replica;
  beforeAll(async () => {
    stage = await Stage.open();
    link = await HeldLink.to(stage.platform.ports['local-azure']);
    replica = await stage.platform.startReplica('orders', { COSMOS_ENDPOINT: link.url });
    const symbols = ['AAPL', 'MSFT', 'IBM', 'GOOG', 'AMZN'];
    await stage.tick(...symbols.map((symbol) => ({ symbol, bid: PRICE, ask: PRICE, volume: '100000' })));
  });
  afterAll(async () => {
    await stage.close();
    await link.close();
  });

  /** As a careful caller does it: the same key again while the answer is that the world is unwell. */
  const place = (profileId: string, terms: object = {}): Promise<{ status: number; body: Body }> => {
    const key = randomUUID();
    return until('the order is answered', async () => {
      const answer = await stage.trader.send<Body>('POST', '/v1/orders', {
        body: { profileId, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '99', ...terms },
        headers: { 'idempotency-key': key },
      });
      return answer.status !== 503 && answer;
    });
  };
  const placed = async (profileId: string, terms: object = {}): Promise<string> => {
    const { status, body } = await place(profileId, terms);
    expect([status, body.code]).toEqual([202, undefined]);
    return body.orderId;
  };
  const reaches = (orderId: string, state: string): Promise<OrderView> =>
    until(`${orderId} is ${state}`, async () => {
      const order = await stage.order(orderId);
      return order.state === state && order;
    });
  const fillsOf = async (orderId: string) =>
    (await stage.fills()).filter(({ clientOrderId }) => orderOfBrokerKey(clientOrderId)?.orderId === orderId);
  const atBroker = async (orderId: string) =>
    (await stage.brokerOrders()).filter((order) => orderOfBrokerKey(order.client_order_id)?.orderId === orderId);
  /** Waits until nothing is reserved for orders any more. */
  const settled = (profileId: string, positions: string) =>
    until(`${profileId} is settled`, async () => {
      const capital = await stage.capital(profileId);
      return capital.reservedForOrders === '0.00' && capital.reservedForPositions === positions && capital;
    });

  describe('an order whose answer is lost', () => {
    const outcomes = [
      { outcome: 'filled', symbol: 'MSFT', limitPrice: '100', state: 'filled', fills: 1, positions: '100.00' },
      { outcome: 'open', symbol: 'IBM', limitPrice: '99', state: 'open', fills: 0, positions: '0.00' },
      { outcome: 'rejected', symbol: 'GOOG', limitPrice: '99', state: 'rejected', fills: 0, positions: '0.00' },
      { outcome: 'never-arrived', symbol: 'AMZN', limitPrice: '99', state: 'open', fills: 0, positions: '0.00' },
    ] as const;

    it('is looked up and comes to the one outcome that it has at the broker, whichever of the four that is', async () => {
      await stage.faults(
        ...outcomes.map(({ outcome, symbol }) => ({ kind: 'lost-answer', outcome, symbol, answer: 'drop' })),
      );
      await stage.quotesAreFresh();
      const orders = await Promise.all(
        outcomes.map(async ({ symbol, limitPrice, ...expected }) => {
          const profileId = await stage.fundedProfile('1000.00');
          return { profileId, orderId: await placed(profileId, { symbol, limitPrice }), ...expected };
        }),
      );
      for (const { orderId, profileId, state, fills, positions } of orders) {
        await reaches(orderId, state);
        // A fill or a rejection may come by the stream before the answer is given up.
        if (state === 'open') await stage.timeline(orderId, 'order.became-unknown.v1');
        expect([(await fillsOf(orderId)).length, (await atBroker(orderId)).length]).toEqual([fills, 1]);
        if (state !== 'open') await settled(profileId, positions);
      }
    });
  });

  it('a fill that comes after the order’s cancel is recorded and posted, and the shortfall is none', async () => {
    const profileId = await stage.fundedProfile('1000.00');
    const orderId = await placed(profileId);
    await reaches(orderId, 'open');
    await stage.faults({ kind: 'late-fill', symbol: 'AAPL' });
    await stage.trader.send('DELETE', `/v1/orders/${orderId}`);
    const order = await until('the late fill is recorded', async () => {
      const view = await stage.order(orderId);
      return view.state === 'cancelled' && view.executions === 1 && view;
    });
    expect(order.filledQuantity).toBe('1');
    expect(await fillsOf(orderId)).toHaveLength(1);
    expect(await settled(profileId, '99.00')).toMatchObject({ shortfall: '0.00' });
  });

  it('an execution that the broker reports three times to both replicas counts once', async () => {
    const profileId = await stage.fundedProfile('1000.00');
    await stage.faults({ kind: 'duplicate-updates', symbol: 'AAPL', copies: 2, count: 3 });
    await stage.quotesAreFresh();
    const orderId = await placed(profileId, { limitPrice: PRICE });
    expect(await reaches(orderId, 'filled')).toMatchObject({ executions: 1, filledQuantity: '1' });
    expect(await settled(profileId, '100.00')).toMatchObject({ fees: '0.10' });
    const steps = await stage.timeline(orderId, 'order.executed.v1', 'capital.posted.v1');
    expect(steps.filter((type) => type === 'order.executed.v1')).toHaveLength(1);
    expect(steps.filter((type) => type === 'capital.posted.v1')).toHaveLength(1);
  });

  it('a cancel that is under way when the order fills leaves it filled', async () => {
    const profileId = await stage.fundedProfile('1000.00');
    const orderId = await placed(profileId, { symbol: 'IBM', limitPrice: '98' });
    await reaches(orderId, 'open');
    await stage.faults({ kind: 'latency', operation: 'cancel', delayMs: 1_000, count: 1 });
    const before = await stage.faultsLeft();
    await stage.trader.send('DELETE', `/v1/orders/${orderId}`);
    await until('the cancel has arrived at the broker', async () => (await stage.faultsLeft()) < before);
    await stage.tick({ symbol: 'IBM', bid: '97', ask: '98', volume: '1000' });
    expect(await reaches(orderId, 'filled')).toMatchObject({ executions: 1 });
    await settled(profileId, '98.00');
    expect(await fillsOf(orderId)).toHaveLength(1);
  });

  it(`${ENTRIES} entries at once reach the broker as far as the capital goes, and no further`, async () => {
    // Ten worst costs of 100.00 and a fee estimate of 0.10.
    const profileId = await stage.fundedProfile('1001.00', { entriesPerSymbolMax: ENTRIES });
    await stage.quotesAreFresh();
    const answers = await Promise.all(
      Array.from({ length: ENTRIES }, () => place(profileId, { symbol: 'MSFT', limitPrice: PRICE })),
    );
    // Who had to ask again may be told at once what the ledger has said since.
    const otherwise = answers.filter(({ status }) => status !== 202).map(({ body }) => body.code);
    expect(otherwise.filter((code) => code !== 'insufficient-capital')).toEqual([]);
    const orders = await until('all are answered', async () => {
      const { items } = await stage.trader.get<OrderPage>(`/v1/orders?profileId=${profileId}&limit=200`);
      const done = items.filter(({ state }) => state === 'filled' || state === 'rejected');
      return items.length === ENTRIES && done.length === ENTRIES && items;
    });
    const fills = (await Promise.all(orders.map(({ orderId }) => fillsOf(orderId)))).flat();
    expect(fills).toHaveLength(10);
    expect(await settled(profileId, '1000.00')).toMatchObject({ available: '0.00', shortfall: '0.00' });
  });

  it(`of ${ENTRIES} entries at once in one symbol, one is taken by default`, async () => {
    const profileId = await stage.fundedProfile('100000.00');
    const answers = await Promise.all(Array.from({ length: ENTRIES }, () => place(profileId)));
    const taken = answers.filter(({ status }) => status === 202);
    expect(taken).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 202).map(({ body }) => body.code))).toEqual(
      new Set(['entry-already-live']),
    );
    await reaches(taken[0]?.body.orderId ?? '', 'open');
  });

  it('one of two replicas hears the broker; when it dies the other one does, and misses nothing', async () => {
    const owners = async (): Promise<boolean[]> =>
      Promise.all([stage.platform.url('orders'), replica.url].map(hearsTheBroker));
    await until('one hears the broker', async () => (await owners()).filter(Boolean).length === 1);
    const victim = (await owners())[0] === true ? stage.platform.process('orders') : replica.process;
    const profileId = await stage.fundedProfile('1000.00');
    const orderId = await placed(profileId, { symbol: 'AMZN', limitPrice: '97' });
    await reaches(orderId, 'open');
    await victim.kill();
    // Nobody hears of this fill when it happens.
    await stage.tick({ symbol: 'AMZN', bid: '96', ask: '97', volume: '1000' });
    await settled(profileId, '97.00');
    victim.start();
    await victim.ready();
    expect(await reaches(orderId, 'filled')).toMatchObject({ executions: 1, filledQuantity: '1' });
    expect(await fillsOf(orderId)).toHaveLength(1);
    expect((await owners()).filter(Boolean)).toHaveLength(1);
  });

  it(
    'a replica that is cut off from the store sends nothing once the halt is reported complete',
    async () => {
      const profiles = await Promise.all(
        Array.from({ length: 8 }, () => stage.fundedProfile('10000.00', { entriesPerSymbolMax: 20 })),
      );
      await stage.quotesAreFresh();
      // Both replicas have a permit and the books in memory.
      for (const profileId of profiles) await placed(profileId, { symbol: 'MSFT', limitPrice: PRICE });
      link.hold();
      try {
        const ids = await untilSomeAreStuck(() =>
          Promise.all(profiles.map((profileId) => placed(profileId, { symbol: 'GOOG' }))),
        );
        const { epoch } = (
          await stage.admin.send<ControlsView>('PUT', '/v1/admin/controls', {
            body: { scope: 'symbol:GOOG', mode: 'halted', reason: 'drill' },
          })
        ).body;
        const { enforced } = await until('the halt is complete', async () => {
          const view = await stage.admin.get<ControlsView>('/v1/admin/controls');
          return (view.enforced?.epoch ?? 0) >= epoch && view;
        });
        expect(enforced?.tookMs).toBeGreaterThan(0);
        const sent = (await Promise.all(ids.map(atBroker))).flat().length;
        expect(sent).toBeLessThan(ids.length);
        link.release();
        for (const orderId of ids) {
          await until(`${orderId} is decided`, async () =>
            ['open', 'rejected'].includes((await stage.order(orderId)).state),
          );
        }
        expect((await Promise.all(ids.map(atBroker))).flat()).toHaveLength(sent);
        expect(replica.process.pid).toBeDefined();
      } finally {
        link.release();
        await stage.admin.send('PUT', '/v1/admin/controls', {
          body: { scope: 'symbol:GOOG', mode: 'active', reason: 'drill' },
          headers: { 'if-match': '*' },
        });
      }
    },
    DRILL_MS_MAX,
  );

  /** Places rounds of orders until some of a round stay unanswered, and gives that round back. */
  async function untilSomeAreStuck(placeRound: () => Promise<string[]>): Promise<string[]> {
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const ids = await placeRound();
      const giveUpAtMs = Date.now() + STUCK_AFTER_MS;
      let unanswered = ids.length;
      while (unanswered > 0 && Date.now() < giveUpAtMs) {
        const states = await Promise.all(ids.map(async (orderId) => (await stage.order(orderId)).state));
        unanswered = states.filter((state) => state !== 'open').length;
      }
      if (unanswered > 0) return ids;
    }
    throw new Error(`the replica that is cut off was given none of ${ROUNDS_MAX} rounds of orders`);
  }

  /** What a replica of orders says of itself: whether the stream of the broker's account is its own. */
  async function hearsTheBroker(url: string): Promise<boolean> {
    const response = await fetch(`${url}/health/ready`);
    const { checks } = (await response.json()) as { checks: { name: string; detail?: { isOwner?: boolean } }[] };
    return checks.some(({ name, detail }) => name === 'venue-stream' && detail?.isOwner === true);
  }
});
