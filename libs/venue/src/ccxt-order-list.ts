import type { CcxtClient } from './ccxt-client.js';
import { CcxtTroubled } from './ccxt-client.js';
import type { CcxtExchange, CcxtRecord } from './ccxt-exchange.js';
import type { CcxtQuirks } from './ccxt-quirks.js';
import { readCcxtOrder } from './ccxt-wire.js';
import { VenueUnavailable } from './venue-errors.js';
import type { VenueOrder } from './venue-orders.js';

/** What an account's lists are read with; `symbols` are asked one by one where the exchange answers for one only. */
export interface CcxtAccess {
  exchange: CcxtExchange;
  client: CcxtClient;
  quirks: CcxtQuirks;
  symbols: readonly string[] | undefined;
}

/** A list of orders of ccxt's. */
type CcxtListName = 'fetchOpenOrders' | 'fetchOrders' | 'fetchClosedOrders' | 'fetchCanceledOrders';

/** Orders whose symbol is remembered, for exchanges that ask for it. */
const REMEMBERED_MAX = 50_000;
/** Orders of ours that a stream is to look at although it has not seen them open. */
const WATCHED_MAX = 10_000;
/** Pages read in one call before it is given up as endless. */
const PAGES_MAX = 10_000;

/** The orders of one account at an exchange of ccxt's. */
export class CcxtOrderList {
  private readonly symbolOf = new Map<string, string>();
  private watched = new Set<string>();

  constructor(private readonly access: CcxtAccess) {}

  /** Notes an order that was made here, for streams that may otherwise never see it open. */
  watch(order: VenueOrder): void {
    this.remember(order);
    if (this.watched.size < WATCHED_MAX) this.watched.add(order.venueOrderId);
  }

  /** The orders noted since the last call. */
  takeWatched(): string[] {
    const taken = [...this.watched];
    this.watched = new Set();
    return taken;
  }

  async byId(venueOrderId: string): Promise<VenueOrder | undefined> {
    const { exchange } = this.access;
    const known = this.symbolOf.get(venueOrderId);
    for (const symbol of known === undefined ? this.symbolsFor('fetchOrder') : [known]) {
      const order = await this.unlessMissing(async () =>
        readCcxtOrder(await exchange.fetchOrder(venueOrderId, symbol)),
      );
      if (order) return order;
    }
    return undefined;
  }

  /** The order of a client order id: asked for where the exchange can be, else searched among the open and the recent. */
  async byKey(brokerKey: string): Promise<VenueOrder | undefined> {
    const { exchange, quirks } = this.access;
    const { lookup } = quirks;
    return this.unlessMissing(async () => {
      await exchange.loadMarkets();
      if (lookup) {
        const raw = await exchange.request(lookup.path, lookup.api, 'GET', { [lookup.parameter]: brokerKey });
        return readCcxtOrder(exchange.parseOrder(raw));
      }
      for (const list of this.lists()) {
        for (const symbol of this.symbolsFor(list)) {
          const rows = await exchange[list](symbol, undefined, undefined, {});
          const found = rows.map(readCcxtOrder).find((order) => order.brokerKey === brokerKey);
          if (found) return found;
        }
      }
      return undefined;
    });
  }

  /** The lists that together hold every order, open ones first: what ccxt calls closed may leave out what was cancelled. */
  private lists(): readonly CcxtListName[] {
    const { has } = this.access.exchange;
    if (has['fetchOrders'] === true) return ['fetchOpenOrders', 'fetchOrders'];
    const cancelled = has['fetchCanceledOrders'] === true ? (['fetchCanceledOrders'] as const) : [];
    return ['fetchOpenOrders', 'fetchClosedOrders', ...cancelled];
  }

  async open(): Promise<VenueOrder[]> {
    const orders = new Map<string, VenueOrder>();
    for (const symbol of this.symbolsFor('fetchOpenOrders')) await this.openOf(symbol, orders);
    for (const order of orders.values()) this.remember(order);
    return [...orders.values()];
  }

  /** Which symbols a list has to be asked for: none by name where the exchange lists all at once. */
  symbolsFor(list: CcxtListName | 'fetchMyTrades' | 'fetchOrder'): readonly (string | undefined)[] {
    const spot = this.access.exchange.features?.['spot'] as CcxtRecord | undefined;
    const isAsked = (spot?.[list] as CcxtRecord | undefined)?.['symbolRequired'] === true;
    if (!isAsked) return [undefined];
    if (this.access.symbols) return this.access.symbols;
    throw new VenueUnavailable('the exchange lists one symbol at a time, and no symbols are configured');
  }

  /** The symbol that an order was last seen with. */
  knownSymbol(venueOrderId: string): string | undefined {
    return this.symbolOf.get(venueOrderId);
  }

  private async openOf(symbol: string | undefined, orders: Map<string, VenueOrder>): Promise<void> {
    const { exchange, client, quirks } = this.access;
    const pageMax = quirks.openOrders?.pageMax;
    let sinceMs: number | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const rows = await client.read(() =>
        exchange.fetchOpenOrders(symbol, sinceMs, pageMax, pageMax === undefined ? {} : { direction: 'asc' }),
      );
      for (const order of await client.read(async () => rows.map(readCcxtOrder))) orders.set(order.venueOrderId, order);
      if (pageMax === undefined || rows.length < pageMax) return;
      // The next page begins a little before the last row, so that orders of the same moment are not skipped.
      const next = Number(rows.at(-1)?.['timestamp']) - 1;
      if (next === sinceMs) throw new VenueUnavailable('more open orders in a millisecond than a page holds');
      sinceMs = next;
    }
    throw new VenueUnavailable('the list of open orders has no end');
  }

  private async unlessMissing(work: () => Promise<VenueOrder | undefined>): Promise<VenueOrder | undefined> {
    try {
      const order = await this.access.client.repeatable(work, { isUrgent: true });
      if (order) this.remember(order);
      return order;
    } catch (error) {
      if (error instanceof CcxtTroubled && error.trouble === 'not-found') return undefined;
      if (error instanceof VenueUnavailable) throw error;
      throw new VenueUnavailable('the order could not be read', { cause: error });
    }
  }

  /** Notes an order's symbol, for exchanges that ask for it. */
  remember({ venueOrderId, symbol }: Pick<VenueOrder, 'venueOrderId' | 'symbol'>): void {
    this.symbolOf.delete(venueOrderId);
    this.symbolOf.set(venueOrderId, symbol);
    if (this.symbolOf.size > REMEMBERED_MAX) this.symbolOf.delete(this.symbolOf.keys().next().value ?? '');
  }
}
