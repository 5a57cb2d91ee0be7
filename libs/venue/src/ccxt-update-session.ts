import type { CcxtFills } from './ccxt-fills.js';
import type { CcxtOrderList } from './ccxt-order-list.js';
import { PollSession } from './poll-session.js';
import type { VenueOrder, VenueUpdate } from './venue-orders.js';
import type { VenueStreamHandlers } from './venue.js';

/** How far back fills are asked for again, for those that the venue lists late, in milliseconds. */
const OVERLAP_MS = 10_000;
/** Executions remembered as told. */
const TOLD_MAX = 50_000;
/** After how many polls fills are asked for although no order has changed: they may come after an order's end. */
const QUIET_POLLS_MAX = 5;

type EndKind = Exclude<VenueUpdate['kind'], 'opened' | 'executed'>;
const END_KIND: Partial<Record<VenueOrder['status'], EndKind>> = {
  cancelled: 'cancelled',
  expired: 'expired',
  rejected: 'rejected',
  replaced: 'replaced',
};

/** What a venue lists of an account, in place of a stream. */
export interface CcxtLists {
  orders: CcxtOrderList;
  fills: CcxtFills;
}

/** Updates made from what the venue lists: orders that came and went, and fills not told yet, fills first. */
export class CcxtUpdateSession extends PollSession {
  constructor(lists: CcxtLists, handlers: VenueStreamHandlers, pollMs: number) {
    const watcher = new Watcher(lists, handlers);
    super({ begin: () => watcher.begin(), poll: () => watcher.poll() }, pollMs);
  }
}

class Watcher {
  private askedFillsAtMs = Date.now();
  private quietPolls = 0;
  private readonly told = new Set<string>();
  private open = new Map<string, VenueOrder>();

  constructor(
    private readonly lists: CcxtLists,
    private readonly handlers: VenueStreamHandlers,
  ) {}

  /** What is listed now is for the caller to heal; what comes after it is told. */
  async begin(): Promise<void> {
    const { orders, fills } = this.lists;
    const seen = await fills.since(new Date(this.askedFillsAtMs - OVERLAP_MS));
    seen.forEach(({ executionId }) => this.told.add(executionId));
    orders.takeWatched();
    this.open = byId(await orders.open());
    await this.handlers.onConnected();
  }

  async poll(): Promise<void> {
    const { orders } = this.lists;
    const watched = orders.takeWatched();
    const before = this.open;
    this.open = byId(await orders.open());
    const gone = new Set([...before.keys(), ...watched].filter((id) => !this.open.has(id)));
    const changed = [...this.open.values()].filter((order) => isNews(order, before.get(order.venueOrderId)));
    for (const order of changed) {
      if (!before.has(order.venueOrderId)) await this.tell({ kind: 'opened', order, at: new Date() });
    }
    this.quietPolls += 1;
    if (gone.size + changed.length > 0 || this.quietPolls >= QUIET_POLLS_MAX) await this.tellExecutions();
    for (const id of gone) await this.tellEnd(id);
  }

  private async tellExecutions(): Promise<void> {
    const askedAtMs = Date.now();
    for (const execution of await this.lists.fills.since(new Date(this.askedFillsAtMs - OVERLAP_MS))) {
      if (this.told.has(execution.executionId)) continue;
      const order = await this.lists.orders.byId(execution.venueOrderId);
      if (!order) continue;
      await this.tell({ kind: 'executed', order, execution: { ...execution, brokerKey: order.brokerKey } });
      this.told.add(execution.executionId);
      if (this.told.size > TOLD_MAX) this.told.delete(this.told.values().next().value ?? '');
    }
    this.quietPolls = 0;
    this.askedFillsAtMs = askedAtMs;
  }

  private async tellEnd(venueOrderId: string): Promise<void> {
    const order = await this.lists.orders.byId(venueOrderId);
    const kind = order && END_KIND[order.status];
    if (order && kind) await this.tell({ kind, order, at: new Date() });
  }

  private tell(update: VenueUpdate): Promise<void> {
    return this.handlers.onUpdate(update);
  }
}

function byId(orders: readonly VenueOrder[]): Map<string, VenueOrder> {
  return new Map(orders.map((order) => [order.venueOrderId, order]));
}

function isNews(order: VenueOrder, before: VenueOrder | undefined): boolean {
  return before === undefined || !before.filledQuantity.eq(order.filledQuantity);
}
