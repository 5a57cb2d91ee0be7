import { Decimal, decimal } from '@ballast/money';
import fc from 'fast-check';
import { trade } from '../place-order.js';
import { applyChanges, type Books } from './books.js';
import type { Execution } from './execution.js';
import { isOpen, type Order, type OrderTerms, type OrderType, type Side, type TimeInForce } from './order.js';
import type { Tick } from './tick.js';
import { Turn } from './turn.js';

const SYMBOL = 'AAPL';
const CASH = '3000';
const RUNS = 300;

interface Asked {
  type: OrderType;
  side: Side;
  timeInForce: TimeInForce;
  quantity: number;
  priceCents: number;
  trailCents: number;
  isPair: boolean;
}

const ticks = fc.record({
  kind: fc.constant('tick' as const),
  cents: fc.integer({ min: 9_000, max: 11_000 }),
  volume: fc.integer({ min: 0, max: 30 }),
});
const orders = fc.record({
  kind: fc.constant('order' as const),
  type: fc.constantFrom<OrderType>('market', 'limit', 'stop', 'stop_limit', 'trailing_stop'),
  side: fc.constantFrom<Side>('buy', 'sell'),
  timeInForce: fc.constantFrom<TimeInForce>('gtc', 'gtc', 'ioc', 'fok'),
  quantity: fc.integer({ min: 1, max: 20 }),
  priceCents: fc.integer({ min: 9_000, max: 11_000 }),
  trailCents: fc.integer({ min: 1, max: 800 }),
  isPair: fc.boolean(),
});
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: ticks }, { weight: 2, arbitrary: orders }), {
  minLength: 1,
  maxLength: 40,
});

/** The engine with nothing around it, and beside it what an independent observer writes down. */
class Market {
  readonly books: Books = { cash: decimal(CASH), positions: new Map(), open: new Map(), ticks: new Map() };
  readonly known = new Map<string, Order>();
  readonly terms = new Map<string, OrderTerms>();
  readonly executions: Execution[] = [];
  /** Every tick that an order has seen, the one it came in at first. */
  readonly seen = new Map<string, Tick[]>();
  private count = 0;
  private readonly source = {
    newId: () => `id-${(this.count += 1)}`,
    nextMoment: () => new Date((this.count += 1)).toISOString(),
  };

  show(tick: Tick): void {
    this.books.ticks.set(SYMBOL, tick);
    for (const id of this.books.open.keys()) this.seen.get(id)?.push(tick);
    const turn = this.turn();
    turn.matchAll();
    this.commit(turn, tick);
  }

  place(asked: Asked): void {
    const tick = this.books.ticks.get(SYMBOL);
    if (!tick) return;
    const turn = this.turn();
    const list = asked.isPair ? this.pair(asked) : [this.single(asked)];
    const opened = list.map((terms) => {
      this.terms.set(terms.id, terms);
      this.seen.set(terms.id, [tick]);
      return turn.open(terms);
    });
    opened.forEach((order) => trade(turn, turn.current(order)));
    this.commit(turn, tick);
  }

  private turn(): Turn {
    return new Turn(this.books, this.source, SYMBOL, this.books.ticks.get(SYMBOL));
  }

  private commit(turn: Turn, offered: Tick): void {
    const changes = turn.changes();
    const traded = Decimal.sum(0, ...changes.executions.map(({ quantity }) => quantity));
    expect(traded.lte(offered.volume)).toBe(true);
    applyChanges(this.books, changes);
    this.executions.push(...changes.executions);
    for (const order of changes.orders) {
      this.expectStopNeverMovesAway(order);
      this.known.set(order.id, order);
    }
  }

  private expectStopNeverMovesAway(order: Order): void {
    const before = this.known.get(order.id)?.stopPrice;
    if (before === undefined || order.stopPrice === undefined) return;
    expect(order.side === 'sell' ? order.stopPrice.gte(before) : order.stopPrice.lte(before)).toBe(true);
  }

  private single(asked: Asked): OrderTerms {
    const isStop = asked.type !== 'market' && asked.type !== 'limit';
    const price = new Decimal(asked.priceCents).div(100);
    return {
      ...this.base(asked),
      type: asked.type,
      timeInForce: isStop ? 'gtc' : asked.timeInForce,
      limitPrice: asked.type === 'limit' || asked.type === 'stop_limit' ? price : undefined,
      stopPrice: asked.type === 'stop' || asked.type === 'stop_limit' ? price : undefined,
      trailPrice: asked.type === 'trailing_stop' ? new Decimal(asked.trailCents).div(100) : undefined,
    };
  }

  /** A take profit and a stop loss of which one ends the other. */
  private pair(asked: Asked): OrderTerms[] {
    const [profit, loss] = [new Decimal(asked.priceCents).div(100), new Decimal(asked.trailCents).div(100)];
    const stopPrice = asked.side === 'sell' ? profit.minus(loss) : profit.plus(loss);
    const [first, second] = [this.base(asked), this.base(asked)];
    const tied = { orderClass: 'oco' as const, ocoGroup: first.id };
    return [
      { ...first, ...tied, type: 'limit', limitPrice: profit },
      { ...second, ...tied, type: 'stop', limitPrice: undefined, stopPrice },
    ];
  }

  private base(asked: Asked): Omit<OrderTerms, 'type' | 'limitPrice'> {
    const id = this.source.newId();
    return {
      id,
      clientOrderId: id,
      symbol: SYMBOL,
      side: asked.side,
      timeInForce: 'gtc',
      quantity: new Decimal(asked.quantity),
      createdAt: this.source.nextMoment(),
      expiresAt: undefined,
    };
  }
}

function run(list: readonly (({ kind: 'order' } & Asked) | { kind: 'tick'; cents: number; volume: number })[]): Market {
  const market = new Market();
  market.show(tickOf(10_000, 10));
  for (const step of list) {
    if (step.kind === 'tick') market.show(tickOf(step.cents, step.volume));
    else market.place(step);
  }
  return market;
}

function tickOf(cents: number, volume: number): Tick {
  const price = new Decimal(cents).div(100);
  return { symbol: SYMBOL, bid: price.minus('0.01'), ask: price.plus('0.01'), volume: new Decimal(volume), atMs: 0 };
}

/** Whether a tick that the order has seen reaches its stop, worked out from the terms alone. */
function wasReached(terms: OrderTerms, ticksSeen: readonly Tick[]): boolean {
  const isSell = terms.side === 'sell';
  const prices = ticksSeen.map((tick) => (isSell ? tick.bid : tick.ask));
  return prices.some((price, index) => {
    const best = isSell ? Decimal.max(...prices.slice(0, index + 1)) : Decimal.min(...prices.slice(0, index + 1));
    const trail = terms.trailPrice ?? new Decimal(0);
    const stop = terms.stopPrice ?? (isSell ? best.minus(trail) : best.plus(trail));
    return isSell ? price.lte(stop) : price.gte(stop);
  });
}

describe('the matching engine, whatever comes in whatever order', () => {
  const holds = (check: (market: Market) => void): void =>
    fc.assert(
      fc.property(steps, (list) => check(run(list))),
      { numRuns: RUNS },
    );

  it('never fills beyond a limit, nor a buy stop beyond 2.5 % above its stop', () => {
    holds(({ executions, terms }) => {
      for (const { orderId, price, side } of executions) {
        const { limitPrice, stopPrice, type } = terms.get(orderId) ?? {};
        if (limitPrice) expect(side === 'buy' ? price.lte(limitPrice) : price.gte(limitPrice)).toBe(true);
        if (type === 'stop' && side === 'buy' && stopPrice) expect(price.lte(stopPrice.times('1.0251'))).toBe(true);
      }
    });
  });

  it('never fills beyond a quantity, not of an order and not of two that exclude each other', () => {
    holds(({ executions, terms }) => {
      const filled = new Map<string, Decimal>();
      for (const { orderId, quantity } of executions) {
        const group = terms.get(orderId)?.ocoGroup ?? orderId;
        filled.set(group, quantity.plus(filled.get(group) ?? 0));
      }
      for (const [id, quantity] of filled) expect(quantity.lte(terms.get(id)?.quantity ?? 0)).toBe(true);
    });
  });

  it('fills a stop only after the market has reached it', () => {
    holds(({ executions, terms, seen }) => {
      for (const { orderId } of executions) {
        const of = terms.get(orderId);
        if (!of || of.type === 'market' || of.type === 'limit') continue;
        expect(wasReached(of, seen.get(orderId) ?? [])).toBe(true);
      }
    });
  });

  it('leaves no ioc or fok order open, and fills a fok order whole or not at all', () => {
    holds(({ known }) => {
      for (const order of known.values()) {
        if (order.timeInForce !== 'ioc' && order.timeInForce !== 'fok') continue;
        expect(isOpen(order)).toBe(false);
        if (order.timeInForce === 'fok')
          expect([0, order.quantity.toNumber()]).toContain(order.filledQuantity.toNumber());
      }
    });
  });

  it('ends the one of a pair when the other is filled or over', () => {
    holds(({ known }) => {
      for (const order of known.values()) {
        if (order.ocoGroup === undefined || isOpen(order)) continue;
        const rivals = [...known.values()].filter(({ ocoGroup, id }) => ocoGroup === order.ocoGroup && id !== order.id);
        expect(rivals.every((rival) => !isOpen(rival))).toBe(true);
      }
    });
  });

  it('keeps cash and position the exact sum of the executions, and cash at zero or above', () => {
    holds(({ books, executions }) => {
      const sum = executions.reduce(
        ({ cash, owned }, { side, quantity, price, commission }) => {
          const change = side === 'buy' ? quantity : quantity.negated();
          return { cash: cash.minus(change.times(price)).minus(commission), owned: owned.plus(change) };
        },
        { cash: decimal(CASH), owned: new Decimal(0) },
      );
      expect(books.cash.toFixed()).toBe(sum.cash.toFixed());
      expect(books.cash.isNegative()).toBe(false);
      expect((books.positions.get(SYMBOL)?.quantity ?? new Decimal(0)).toFixed()).toBe(sum.owned.toFixed());
    });
  });
});
