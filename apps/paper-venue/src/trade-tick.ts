import type { Tick } from './domain/tick.js';
import type { Exchange } from './exchange.js';

/** Puts up a new price and trades the resting orders of its symbol against it, oldest first, until its volume is used up. */
export function tradeTick(exchange: Exchange, tick: Tick): void {
  exchange.quote(tick);
  const turn = exchange.turn(tick.symbol);
  turn.matchAll();
  exchange.commit(turn);
}

/** Puts up a scripted price: it stands, also over a restart, until another takes its place or the replay is resumed. */
export function tradeScriptedTick(exchange: Exchange, tick: Omit<Tick, 'atMs'>): void {
  const standing = { ...tick, atMs: undefined };
  exchange.store.writeScripted(standing);
  tradeTick(exchange, standing);
}

/** Lets every symbol trade again against the price that stands. */
export function resumeTrading(exchange: Exchange): void {
  for (const symbol of exchange.books.ticks.keys()) {
    const turn = exchange.turn(symbol);
    turn.matchAll();
    exchange.commit(turn);
  }
}

/** Ends the `day` orders whose day is over at a moment. */
export function expireOrders(exchange: Exchange, moment: string): void {
  for (const order of [...exchange.books.open.values()]) {
    if (order.expiresAt === undefined || order.expiresAt > moment) continue;
    if (!exchange.books.open.has(order.id)) continue;
    const turn = exchange.turn(order.symbol);
    turn.end(order, 'expired');
    exchange.commit(turn);
  }
}
