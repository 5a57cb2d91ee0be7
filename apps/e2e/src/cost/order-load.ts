import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { OrderView } from '@ballast/contracts/orders';
import { until } from '../stage.js';
import type { Stage } from '../stage.js';

const PROFILES = 20;
const RETRY_MS = 200;
/** Resting orders are filled this often, so that a profile has few of them at once. */
const FILL_EVERY_MS = 500;
const BID = '99';
const ASK = '100';
/** A limit below the market, and the price that fills it. */
const LIMIT = '99.50';
const VOLUME = '1000000';

/** How many orders, and how fast. */
export interface Pace {
  readonly orders: number;
  readonly perSecond: number;
}

/** Places orders of one share on behalf of many profiles, as a careful caller does. */
export class OrderLoad {
  /** Placements that had to be repeated because a service was away. */
  repeated = 0;
  private turn = 0;

  private constructor(
    private readonly stage: Stage,
    private readonly profiles: readonly string[],
  ) {}

  /** Opens the profiles, each with enough capital for every order. */
  static async open(stage: Stage): Promise<OrderLoad> {
    await stage.tick({ symbol: 'AAPL', bid: BID, ask: ASK, volume: VOLUME });
    const profiles = await Promise.all(
      Array.from({ length: PROFILES }, () => stage.fundedProfile('1000000.00', { entriesPerSymbolMax: 100 })),
    );
    return new OrderLoad(stage, profiles);
  }

  /** Market orders, each filled at once. */
  async market(pace: Pace): Promise<void> {
    await this.filled(pace.orders, () => this.atPace(pace, () => this.place({ type: 'market' })));
  }

  /** Limit orders that rest at the broker until the market comes down to them for a moment. */
  async resting(pace: Pace): Promise<void> {
    await this.whileFilling(() =>
      this.filled(pace.orders, () => this.atPace(pace, () => this.place({ type: 'limit', limitPrice: LIMIT }))),
    );
  }

  /** Market orders with two exits, of which the one that takes the profit is filled. */
  async brackets(pace: Pace): Promise<void> {
    await this.filled(2 * pace.orders, async () => {
      await this.atPace(pace, () => this.place({ type: 'market', takeProfitPrice: '110', stopLossPrice: '90' }));
      await until('the exits are at the broker', async () => (await this.exitsAtBroker()) >= 2 * pace.orders);
      await this.stage.tick({ symbol: 'AAPL', bid: '111', ask: '112', volume: VOLUME });
    });
    await this.stage.tick({ symbol: 'AAPL', bid: BID, ask: ASK, volume: VOLUME });
  }

  /** Limit orders that rest and are then cancelled by their caller. */
  async cancelled(pace: Pace): Promise<void> {
    await this.atPace(pace, async () => {
      const orderId = await this.place({ type: 'limit', limitPrice: LIMIT });
      await until('it rests', async () => (await this.stage.order(orderId)).state === 'open');
      await this.stage.trader.send('POST', `/v1/orders/${orderId}/cancel`);
      await until('it is cancelled', async () => (await this.stage.order(orderId)).state === 'cancelled');
    });
  }

  /** Orders that are refused: they are larger than the profile may place. */
  async refused(pace: Pace): Promise<void> {
    await this.atPace(pace, () => this.place({ type: 'market', quantity: '1000000' }, 422));
  }

  /** Resting orders that are filled, one by one, by the market's coming down to them. */
  async fillEverything(): Promise<void> {
    await this.stage.tick({ symbol: 'AAPL', bid: BID, ask: LIMIT, volume: VOLUME });
    await this.stage.tick({ symbol: 'AAPL', bid: BID, ask: ASK, volume: VOLUME });
  }

  /** Places one order with these terms for the next profile, under the same key until there is an answer. */
  async place(terms: object, wanted = 202): Promise<string> {
    const profileId = this.profiles[this.turn++ % PROFILES] ?? '';
    const body = { profileId, symbol: 'AAPL', side: 'buy', quantity: '1', ...terms };
    const headers = { 'idempotency-key': randomUUID() };
    return until('the order is answered', async () => {
      const answer = await this.stage.trader
        .send<OrderView>('POST', '/v1/orders', { body, headers })
        .catch(() => undefined);
      if (answer?.status === wanted) return answer.body.orderId ?? 'none';
      if (answer !== undefined && answer.status < 500) throw new Error(JSON.stringify(answer.body));
      this.repeated += 1;
      await delay(RETRY_MS);
      return undefined;
    });
  }

  private async filled(fills: number, work: () => Promise<void>): Promise<void> {
    const before = (await this.stage.fills()).length;
    await work();
    await until('every order is filled', async () => (await this.stage.fills()).length >= before + fills);
  }

  private async whileFilling(work: () => Promise<void>): Promise<void> {
    let isDone = false;
    const filling = (async () => {
      while (!isDone) {
        await delay(FILL_EVERY_MS);
        await this.fillEverything();
      }
    })();
    try {
      await work();
    } finally {
      isDone = true;
      await filling;
    }
  }

  private async exitsAtBroker(): Promise<number> {
    const orders = await this.stage.brokerOrders();
    return orders.filter(({ status }) => ['new', 'held', 'accepted'].includes(status)).length;
  }

  private async atPace({ orders, perSecond }: Pace, one: () => Promise<unknown>): Promise<void> {
    const spacingMs = 1_000 / perSecond;
    await Promise.all(
      Array.from({ length: orders }, async (_, index) => {
        await delay(index * spacingMs);
        await one();
      }),
    );
  }
}
