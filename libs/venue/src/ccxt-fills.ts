import { Decimal } from '@ballast/money';
import type { CcxtRecord } from './ccxt-exchange.js';
import type { CcxtAccess, CcxtOrderList } from './ccxt-order-list.js';
import { readCcxtTrade } from './ccxt-wire.js';
import { VenueUnavailable } from './venue-errors.js';
import type { VenueExecution } from './venue-orders.js';
import { textOf } from './wire-fields.js';

/** Pages read in one call before it is given up as endless. */
const PAGES_MAX = 10_000;

type Trade = ReturnType<typeof readCcxtTrade>;

/** The fills of one account at an exchange of ccxt's. */
export class CcxtFills {
  constructor(
    private readonly access: CcxtAccess,
    private readonly orders: CcxtOrderList,
  ) {}

  /** Every execution at or after a moment, oldest first, with what its order had filled up to it. */
  async since(at: Date): Promise<VenueExecution[]> {
    const rows: CcxtRecord[] = [];
    for (const symbol of this.orders.symbolsFor('fetchMyTrades')) rows.push(...(await this.rows(symbol, at)));
    const trades = await this.access.client.read(async () => rows.map(readCcxtTrade));
    for (const trade of trades) this.orders.remember(trade);
    const inOrder = trades.filter((trade) => trade.at >= at).sort(byTime);
    const filled = new Map<string, Decimal>();
    const executions: VenueExecution[] = [];
    for (const trade of inOrder) {
      const before = filled.get(trade.venueOrderId) ?? (await this.filledBefore(trade, inOrder));
      const cumulativeQuantity = trade.cumulativeQuantity ?? before.plus(trade.quantity);
      filled.set(trade.venueOrderId, cumulativeQuantity);
      executions.push({ ...trade, cumulativeQuantity });
    }
    return executions;
  }

  /** What an order had filled before its first trade of a list: all it has filled less what the list has of it. */
  private async filledBefore(first: Trade, trades: readonly Trade[]): Promise<Decimal> {
    if (first.cumulativeQuantity) return first.cumulativeQuantity.minus(first.quantity);
    const order = await this.orders.byId(first.venueOrderId);
    const listed = trades.filter(({ venueOrderId }) => venueOrderId === first.venueOrderId);
    const sum = Decimal.sum(0, ...listed.map(({ quantity }) => quantity));
    return Decimal.max(0, (order?.filledQuantity ?? sum).minus(sum));
  }

  private async rows(symbol: string | undefined, at: Date): Promise<CcxtRecord[]> {
    const { exchange, client, quirks } = this.access;
    const { fills } = quirks;
    const sinceMs = at.getTime() - 1;
    const trades = new Map<string, CcxtRecord>();
    let lastId: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const rows = await client.read(() =>
        exchange.fetchMyTrades(symbol, sinceMs, fills?.pageMax, fills?.after(lastId) ?? {}),
      );
      rows.forEach((row) => trades.set(textOf(row, 'id'), row));
      const last = rows.at(-1);
      if (!fills || rows.length < fills.pageMax || !last) return [...trades.values()];
      lastId = textOf(last, 'id');
    }
    throw new VenueUnavailable('the list of executions has no end');
  }
}

/** Oldest first; ccxt knows no time shorter than a millisecond, so trades of one order within it go by what had filled up to them. */
function byTime(one: Trade, other: Trade): number {
  if (one.at.getTime() !== other.at.getTime()) return one.at.getTime() - other.at.getTime();
  if (one.venueOrderId !== other.venueOrderId) return one.venueOrderId < other.venueOrderId ? -1 : 1;
  return one.cumulativeQuantity && other.cumulativeQuantity
    ? one.cumulativeQuantity.comparedTo(other.cumulativeQuantity)
    : 0;
}
