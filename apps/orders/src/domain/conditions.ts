import { decimal, decimalText } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import type { OrderConditions as ConditionTexts } from '@ballast/contracts/orders';

/** What an order says beside side, quantity and limit, decoded; prices and `notional` in USD, `trailPercent` in hundredths. */
export interface Conditions {
  readonly stopPrice?: Decimal;
  readonly trailPrice?: Decimal;
  readonly trailPercent?: Decimal;
  /** Of an entry: where an exit takes the profit of what is filled. */
  readonly takeProfitPrice?: Decimal;
  /** Of an entry: where an exit stops the loss of what is filled. Of an exit with a limit: where it is sold all the same. */
  readonly stopLossPrice?: Decimal;
  readonly stopLossLimitPrice?: Decimal;
  /** Money that was named in place of a quantity. */
  readonly notional?: Decimal;
  /** ISO 8601. */
  readonly expiresAt?: string;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  /** Whether it waits here until the market sets it off. */
  readonly triggeredHere?: boolean;
}

/** Of an order that has none. */
export const NO_CONDITIONS: Conditions = {};

const DECIMALS = [
  'stopPrice',
  'trailPrice',
  'trailPercent',
  'takeProfitPrice',
  'stopLossPrice',
  'stopLossLimitPrice',
  'notional',
] as const;
const OTHERS = ['expiresAt', 'postOnly', 'reduceOnly', 'triggeredHere'] as const;

/** Reads the conditions among other fields; throws `RangeError` for text that is no decimal. */
export function conditionsOf(texts: ConditionTexts): Conditions {
  const decimals = DECIMALS.flatMap((name) => (texts[name] === undefined ? [] : [[name, decimal(texts[name])]]));
  const others = OTHERS.flatMap((name) => (texts[name] === undefined ? [] : [[name, texts[name]]]));
  return decimals.length + others.length === 0 ? NO_CONDITIONS : Object.fromEntries([...decimals, ...others]);
}

/** The conditions as events, documents and views carry them: only those that there are. */
export function conditionTexts(conditions: Conditions): ConditionTexts {
  if (conditions === NO_CONDITIONS) return {};
  const decimals = DECIMALS.flatMap((name) => {
    const value = conditions[name];
    return value === undefined ? [] : [[name, decimalText(value)]];
  });
  const others = OTHERS.flatMap((name) => (conditions[name] === undefined ? [] : [[name, conditions[name]]]));
  return Object.fromEntries([...decimals, ...others]);
}
