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

/** The order that `encode` wrote. */
export function decodeOrder(text: string): Order {
  const stored = JSON.parse(text) as Stored<Order>;
  return {
    ...stored,
    expiresAt: stored.expiresAt,
    quantity: new Decimal(stored.quantity),
    limitPrice: stored.limitPrice === undefined ? undefined : new Decimal(stored.limitPrice),
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
