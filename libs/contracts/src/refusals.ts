/**
 * Why the business says no to an order, in order of precedence: the first that applies is the answer. The last,
 * `insufficient-capital`, is the ledger's word after placement; all the others are decided before anything is reserved.
 */
export const ORDER_REFUSALS = {
  'trading-halted': 'Trading is halted; no order may be placed until an operator makes it active again.',
  'reduce-only': 'Only exits are allowed now; an order that opens or enlarges a position is not.',
  'short-selling-not-allowed': 'A sale must close a position that the profile holds.',
  'symbol-not-tradable': 'The broker does not offer this symbol, or not now.',
  'order-type-not-offered': 'The broker does not offer this order type.',
  'time-in-force-not-offered': 'The broker does not offer this time in force.',
  'market-data-stale': 'The latest quote of the symbol is too old to decide on.',
  'quantity-off-increment': 'The quantity is finer than the symbol allows, or below its smallest size.',
  'price-off-increment': 'The limit price does not fall on the symbol’s price increment.',
  'price-outside-collar': 'The limit price is too far through the market.',
  'notional-above-limit': 'Quantity times worst price is above what one order may be worth.',
  'open-orders-above-limit': 'As many orders of this profile are live as may be.',
  'entry-already-live': 'As many entry orders of this profile and symbol are live as may be.',
  'exit-above-position': 'The exit is larger than what is held and not already being sold.',
  'insufficient-capital': 'The profile has not enough available capital for the worst cost and fee of this order.',
} as const;

export type OrderRefusalCode = keyof typeof ORDER_REFUSALS;
export const ORDER_REFUSAL_CODES = Object.keys(ORDER_REFUSALS) as OrderRefusalCode[];

/** A refusal with the limit that was met and the value that broke it, both as text. */
export interface Refusal {
  readonly code: OrderRefusalCode;
  readonly limit: string;
  readonly value: string;
}
