import { CAPITAL_ASSET, Decimal, decimal, shareOfUnits, unitsBetween } from '@ballast/money';
import type { OrderIntent, OrderSide } from '@ballast/contracts/orders';
import { hasEnded, remainingQuantity } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { evolveOutstanding } from './outstanding-exits.js';
import type { Outstanding } from './outstanding-exits.js';

type Executed = OrderEvent & { readonly fact: 'executed' };
type Reversed = OrderEvent & { readonly fact: 'position-reversed' };

/**
 * What exits have closed of a trade, in whole units of USD: what it was bought for and what it was sold for, whichever came
 * first; fees are of the exits and of the entries that they closed.
 */
export interface ClosedPart {
  readonly quantity: Decimal;
  readonly costUnits: bigint;
  readonly proceedsUnits: bigint;
  readonly feeUnits: bigint;
}

/** The one open trade of a profile in a symbol: from the first entry until nothing is held and nothing is live. */
export interface OpenTrade {
  readonly tradeId: string;
  /** What is held, or owed where it was sold short; never below zero. */
  readonly quantity: Decimal;
  /** What entering it came to, in whole units of USD: what it cost, or what it was sold for. */
  readonly costUnits: bigint;
  /** Of a short trade, and of no other: the capital that is reserved for what is owed, in whole units of USD. */
  readonly collateralUnits?: bigint;
  /** Fees paid to enter what is held. */
  readonly feeUnits: bigint;
  /** What live exits may still close; more than is held only until exits that a late fill left too large are smaller. */
  readonly exiting: Decimal;
  /** What of that covers fills of entries; absent where nothing does. */
  readonly covered?: Decimal;
  /** Exits that fills are to have and do not have yet; absent where none are. */
  readonly outstanding?: Outstanding;
  /** Entry orders that are live; at most `entriesPerSymbolMax` when one is placed. */
  readonly liveEntries: number;
  readonly closed: ClosedPart;
}

/** Before the first exit. */
export const NOTHING_CLOSED: ClosedPart = { quantity: new Decimal(0), costUnits: 0n, proceedsUnits: 0n, feeUnits: 0n };

/** A trade of which nothing has happened yet. */
export const NO_TRADE: Omit<OpenTrade, 'tradeId'> = {
  quantity: new Decimal(0),
  costUnits: 0n,
  feeUnits: 0n,
  exiting: new Decimal(0),
  liveEntries: 0,
  closed: NOTHING_CLOSED,
};

/** Whether the trade was sold first and is closed by buying. */
export function isShort(trade: OpenTrade): boolean {
  return trade.collateralUnits !== undefined;
}

/** Whether an order opens or closes a position that is owed: a sale opens it, a purchase closes it. */
export function isOfShort({ side, intent }: { readonly side: OrderSide; readonly intent: OrderIntent }): boolean {
  return (side === 'sell') === (intent === 'entry');
}

/** Whether nothing is held and nothing is live. */
export function isOver(trade: OpenTrade): boolean {
  return trade.quantity.isZero() && trade.liveEntries === 0 && trade.exiting.isZero();
}

/** What the closed part has earned after all fees, in whole units of USD; negative for a loss. */
export function resultUnits({ proceedsUnits, costUnits, feeUnits }: ClosedPart): bigint {
  return proceedsUnits - costUnits - feeUnits;
}

/** What an execution of an exit closes of the trade; an entry closes nothing. */
export function closedBy(trade: OpenTrade, order: Order, { data }: Executed): ClosedPart {
  if (order.intent === 'entry') return NOTHING_CLOSED;
  const quantity = decimal(data.quantity);
  const moved = notionalOf(data);
  return {
    quantity,
    ...(isOfShort(order)
      ? { costUnits: moved, proceedsUnits: BigInt(data.closedProceedsUnits ?? 0) }
      : { costUnits: BigInt(data.closedCostUnits), proceedsUnits: moved }),
    feeUnits: feeOf(data) + shareOfUnits(trade.feeUnits, quantity, trade.quantity),
  };
}

/** The trade after an event of one of its orders, which is `before` until then; `undefined` for the placement of one. */
export function evolveTrade(open: OpenTrade | undefined, before: Order | undefined, event: OrderEvent): OpenTrade {
  const trade = withClaims(open, before, event);
  return evolveOutstanding(trade, open?.exiting ?? NO_TRADE.exiting, { before, event });
}

function withClaims(open: OpenTrade | undefined, before: Order | undefined, event: OrderEvent): OpenTrade {
  if (event.fact === 'placed') return claim(open ?? begun(event.data), event);
  if (before === undefined) throw new Error(`unreachable: ${event.fact} without an order`);
  const trade = open ?? begun(before);
  if (event.fact === 'executed')
    return before.intent === 'entry' ? enlarge(trade, before, event) : reduce(trade, before, event);
  if (event.fact === 'position-reversed') return disclaim(trade, before, event);
  if (event.fact === 'ended') return unclaim(trade, before);
  if (before.intent === 'exit') return reclaim(trade, before, event);
  return trade;
}

function begun(order: Pick<Order, 'tradeId' | 'side' | 'intent'>): OpenTrade {
  return { tradeId: order.tradeId, ...NO_TRADE, ...(isOfShort(order) ? { collateralUnits: 0n } : {}) };
}

function claim(trade: OpenTrade, { data }: OrderEvent & { fact: 'placed' }): OpenTrade {
  return data.intent === 'entry'
    ? { ...trade, liveEntries: trade.liveEntries + 1 }
    : { ...trade, exiting: trade.exiting.plus(decimal(data.quantity)) };
}

/** An exit that is to close more claims that much at once, and gives it back where it stays as it was. */
function reclaim(trade: OpenTrade, before: Order, event: OrderEvent): OpenTrade {
  const more = (quantity: Decimal): Decimal => Decimal.max(0, quantity.minus(before.quantity));
  const asked = before.replacement === undefined ? new Decimal(0) : more(before.replacement.terms.quantity);
  switch (event.fact) {
    case 'replace-requested':
      return { ...trade, exiting: trade.exiting.plus(more(decimal(event.data.quantity))) };
    case 'replaced':
      return { ...trade, exiting: trade.exiting.plus(event.data.quantity).minus(before.quantity).minus(asked) };
    case 'replace-rejected':
      return { ...trade, exiting: trade.exiting.minus(asked) };
    default:
      return trade;
  }
}

/** What an order that ends had claimed and did not use. */
function unclaim(trade: OpenTrade, before: Order): OpenTrade {
  return before.intent === 'entry'
    ? { ...trade, liveEntries: trade.liveEntries - 1 }
    : { ...trade, exiting: trade.exiting.minus(remainingQuantity(before)) };
}

function enlarge(trade: OpenTrade, before: Order, { data }: Executed): OpenTrade {
  return {
    ...trade,
    quantity: trade.quantity.plus(decimal(data.quantity)),
    costUnits: trade.costUnits + notionalOf(data),
    ...collateralAfter(trade, BigInt(data.collateralUnits ?? 0)),
    feeUnits: trade.feeUnits + feeOf(data),
    liveEntries: data.fillsOrder && !hasEnded(before) ? trade.liveEntries - 1 : trade.liveEntries,
  };
}

/** An execution of an exit that had ended (a late fill) has no claim any more to be taken off. */
function reduce(trade: OpenTrade, before: Order, event: Executed): OpenTrade {
  const part = closedBy(trade, before, event);
  const { closed } = trade;
  return {
    ...trade,
    quantity: trade.quantity.minus(part.quantity),
    costUnits: trade.costUnits - (isShort(trade) ? part.proceedsUnits : part.costUnits),
    ...collateralAfter(trade, -BigInt(event.data.collateralUnits ?? 0)),
    feeUnits: trade.feeUnits - (part.feeUnits - feeOf(event.data)),
    exiting: hasEnded(before) ? trade.exiting : trade.exiting.minus(part.quantity),
    closed: {
      quantity: closed.quantity.plus(part.quantity),
      costUnits: closed.costUnits + part.costUnits,
      proceedsUnits: closed.proceedsUnits + part.proceedsUnits,
      feeUnits: closed.feeUnits + part.feeUnits,
    },
  };
}

/** What was executed of an exit and closed nothing is not claimed any more either. */
function disclaim(trade: OpenTrade, before: Order, { data }: Reversed): OpenTrade {
  return hasEnded(before) ? trade : { ...trade, exiting: trade.exiting.minus(data.quantity) };
}

function collateralAfter({ collateralUnits }: OpenTrade, added: bigint): Pick<OpenTrade, 'collateralUnits'> {
  return collateralUnits === undefined ? {} : { collateralUnits: collateralUnits + added };
}

function notionalOf(data: Executed['data']): bigint {
  return unitsBetween(decimal(data.notionalBefore), decimal(data.notionalAfter), CAPITAL_ASSET);
}

function feeOf(data: Executed['data']): bigint {
  return unitsBetween(decimal(data.feeBefore), decimal(data.feeAfter), CAPITAL_ASSET);
}
