import type { ModelEvent, ModelReplacement } from './model-events.js';

/**
 * What a ledger must come to, written down a second time and from the rules alone: plain sums, no postings, no legs, no
 * hash, no store. Amounts in whole units.
 */

interface ModelOrder {
  /** Whether its hold stands, has gone, or never was. */
  state: 'unheard' | 'held' | 'over';
  hold: bigint;
  left: bigint;
  readonly posted: Set<number>;
  fills: number | undefined;
  /** Held for terms that it does not have yet. */
  raised: bigint;
  /** Filled before it had the terms that it has, and which these are. */
  base: bigint;
  revision: number;
  asked: number;
  settled: number;
}

/** What was entered by hand, by what it changed. */
export interface ModelEntry {
  readonly kind: 'deposit' | 'withdrawal' | 'fee' | 'adjustment';
  readonly units: bigint;
  isReversed: boolean;
}

export class ProfileModel {
  allocated = 0n;
  positions = 0n;
  inTransit = 0n;
  pnl = 0n;
  fees = 0n;
  /** Postings so far. */
  version = 0;
  isClosed = false;
  readonly #orders = new Map<string, ModelOrder>();
  readonly #closed = new Set<string>();

  get held(): bigint {
    return [...this.#orders.values()].reduce((sum, { left }) => sum + left, 0n);
  }

  /** What is held for each order for which something is. */
  get holds(): Record<string, bigint> {
    const live = [...this.#orders].filter(([, { state }]) => state === 'held');
    return Object.fromEntries(live.map(([orderId, { left }]) => [orderId, left]));
  }

  get balances(): Record<string, bigint> {
    const free = this.#free;
    return {
      allocated: this.allocated,
      reservedForOrders: this.held,
      reservedForPositions: this.positions,
      inTransit: this.inTransit,
      realizedPnl: this.pnl,
      fees: this.fees,
      shortfall: free < 0n ? -free : 0n,
      available: this.available,
    };
  }

  get available(): bigint {
    return this.#free > 0n ? this.#free : 0n;
  }

  get isEmpty(): boolean {
    return this.held === 0n && this.positions === 0n && this.inTransit === 0n && this.#free === 0n;
  }

  get #free(): bigint {
    return this.allocated - this.held - this.positions - this.inTransit + this.pnl - this.fees;
  }

  /** Whether an entry by hand is done, or refused. */
  enter({ kind, units }: ModelEntry): boolean {
    const isSpent = kind === 'withdrawal' || (kind === 'adjustment' && units < 0n);
    const amount = units < 0n ? -units : units;
    if (kind !== 'fee' && (this.isClosed || (isSpent && amount > this.available))) return false;
    this.#apply(kind, units);
    return true;
  }

  reverse(entry: ModelEntry): boolean {
    const gained = entry.kind === 'deposit' || entry.kind === 'adjustment' ? -entry.units : entry.units;
    if (entry.isReversed || this.isClosed || (gained < 0n && -gained > this.available)) return false;
    entry.isReversed = true;
    this.#apply(entry.kind, -entry.units);
    return true;
  }

  /** Whether the event took effect, or must come again later. */
  hear(event: ModelEvent): 'done' | 'too-early' {
    if (event.kind === 'closed') return this.#close(event);
    const order = this.#orderOf(event.orderId);
    if (event.kind === 'placed') return this.#place(order, event.hold);
    if (event.kind === 'ended') return this.#end(order, event.fills);
    if (event.kind === 'raise' && event.need === undefined) return 'done';
    if (order.state === 'unheard') return 'too-early';
    if (event.kind !== 'filled') return this.#replace(order, event);
    if (order.state === 'held' && event.revision > order.revision && !order.posted.has(event.number))
      return 'too-early';
    return order.posted.has(event.number) ? 'done' : this.#fill(order, event);
  }

  #apply(kind: ModelEntry['kind'], units: bigint): void {
    if (kind === 'deposit') this.allocated += units;
    if (kind === 'withdrawal') this.allocated -= units;
    if (kind === 'fee') this.fees += units;
    if (kind === 'adjustment') this.pnl += units;
    this.version += 1;
  }

  #orderOf(orderId: string): ModelOrder {
    const order = this.#orders.get(orderId) ?? {
      state: 'unheard',
      hold: 0n,
      left: 0n,
      posted: new Set(),
      fills: undefined,
      ...{ raised: 0n, base: 0n, revision: 0, asked: 0, settled: 0 },
    };
    this.#orders.set(orderId, order);
    return order;
  }

  #place(order: ModelOrder, hold: bigint): 'done' {
    if (order.state !== 'unheard') return 'done';
    const isHeld = !this.isClosed && hold <= this.available;
    order.state = isHeld ? 'held' : 'over';
    if (!isHeld) return 'done';
    [order.hold, order.left] = [hold, hold];
    this.version += 1;
    return 'done';
  }

  #fill(order: ModelOrder, fill: Extract<ModelEvent, { kind: 'filled' }>): 'done' {
    const { part } = fill;
    const charge = fill.cost + fill.fee;
    const wanted = part > charge ? part : charge;
    order.left -= wanted < order.left ? wanted : order.left;
    this.positions += fill.cost;
    this.fees += fill.fee;
    this.version += 1;
    order.posted.add(fill.number);
    if (fill.isLast) order.fills = fill.number;
    this.#release(order);
    return 'done';
  }

  #replace(order: ModelOrder, event: ModelReplacement): 'done' | 'too-early' {
    const goesAsAWhole = order.fills !== undefined && event.kind !== 'replaced';
    const known = event.kind === 'raise' ? order.asked : order.settled;
    if (order.state !== 'held' || goesAsAWhole || known >= event.revision) return 'done';
    if (order.settled < event.revision - 1) return 'too-early';
    if (event.kind === 'unreplaced') {
      if (event.hasAsked && order.asked < event.revision) return 'too-early';
      const used = order.hold + order.raised - order.left;
      this.#keep(order, order.hold > used ? order.hold - used : 0n);
      [order.raised, order.settled] = [0n, event.revision];
      return 'done';
    }
    for (let number = 1; number <= event.fills; number += 1) if (!order.posted.has(number)) return 'too-early';
    return event.kind === 'raise' ? this.#raise(order, event) : this.#settle(order, event);
  }

  #raise(order: ModelOrder, { need = 0n, revision }: Extract<ModelReplacement, { kind: 'raise' }>): 'done' {
    const more = need > order.left ? need - order.left : 0n;
    order.asked = revision;
    if (this.isClosed || more > this.available) return 'done';
    order.raised += more;
    order.left += more;
    this.version += 1;
    return 'done';
  }

  #settle(order: ModelOrder, { need, tenths, revision }: Extract<ModelReplacement, { kind: 'replaced' }>): 'done' {
    this.#keep(order, need);
    [order.hold, order.raised, order.base] = [order.left, 0n, tenths];
    [order.revision, order.settled] = [revision, revision];
    return 'done';
  }

  /** No more than this stays held for it. */
  #keep(order: ModelOrder, units: bigint): void {
    if (order.left <= units) return;
    order.left = units;
    this.version += 1;
  }

  #end(order: ModelOrder, fills: number): 'done' {
    if (order.state === 'unheard') order.state = 'over';
    if (order.state !== 'held' || order.fills !== undefined) return 'done';
    order.fills = fills;
    if (this.#release(order)) this.version += 1;
    return 'done';
  }

  #release(order: ModelOrder): boolean {
    if (order.state !== 'held' || order.fills === undefined) return false;
    for (let number = 1; number <= order.fills; number += 1) if (!order.posted.has(number)) return false;
    [order.state, order.left] = ['over', 0n];
    return true;
  }

  #close({ orderId, reserved, pnl, fee }: Extract<ModelEvent, { kind: 'closed' }>): 'done' | 'too-early' {
    if (this.#closed.has(orderId)) return 'done';
    if (reserved > this.positions) return 'too-early';
    this.#closed.add(orderId);
    this.positions -= reserved;
    this.pnl += pnl;
    this.fees += fee;
    this.version += 1;
    return 'done';
  }
}

/** `units ÷ by`, both at least 0, to the nearest whole one and between two to the even one. */
export function rounded(units: bigint, by: bigint): bigint {
  const [whole, rest] = [units / by, units % by];
  if (2n * rest === by) return whole + (whole % 2n);
  return 2n * rest > by ? whole + 1n : whole;
}
