import { Decimal, decimalText } from '@ballast/money';
import type { Execution } from '../domain/execution.js';
import type { Order } from '../domain/order.js';

type Stored<T> = {
  [K in keyof T]: T[K] extends Decimal ? string : T[K] extends Decimal | undefined ? string | undefined : T[K];
};

/** One line of JSON in which every decimal is a string. */
export function encode(record: Order | Execution): string {
  const entries = Object.entries(record).map(([name, value]: [string, unknown]) => [
    name,
    Decimal.isDecimal(value) ? decimalText(value) : value,
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}

/** The order that `encode` wrote; rows of earlier versions lack what they did not know. */
export function decodeOrder(text: string): Order {
  const stored = JSON.parse(text) as Stored<Order>;
  const optional = (value: string | undefined): Decimal | undefined =>
    value === undefined ? undefined : new Decimal(value);
  return {
    ...stored,
    expiresAt: stored.expiresAt,
    quantity: new Decimal(stored.quantity),
    limitPrice: optional(stored.limitPrice),
    stopPrice: optional(stored.stopPrice),
    trailPrice: optional(stored.trailPrice),
    trailPercent: optional(stored.trailPercent),
    notional: optional(stored.notional),
    highWaterMark: optional(stored.highWaterMark),
    filledQuantity: new Decimal(stored.filledQuantity),
    filledNotional: new Decimal(stored.filledNotional),
    commission: new Decimal(stored.commission),
  };
}

/** The execution that `encode` wrote. */
export function decodeExecution(text: string): Execution {
  const stored = JSON.parse(text) as Stored<Execution>;
  return {
    ...stored,
    quantity: new Decimal(stored.quantity),
    price: new Decimal(stored.price),
    cumulativeQuantity: new Decimal(stored.cumulativeQuantity),
    leavesQuantity: new Decimal(stored.leavesQuantity),
    commission: new Decimal(stored.commission),
    positionQuantity: new Decimal(stored.positionQuantity),
  };
}
