/** Why the ledger holds nothing for an order, in order of precedence. Its word comes after placement. */
const HOLD_REFUSALS = {
  'account-closed': 'The profile’s account is closed; it takes part in nothing new until it is opened again.',
  'insufficient-capital': 'The profile has less available capital than this takes.',
  'available-below-floor': 'Less would be left available than must stay available in this profile.',
  'reserved-above-limit': 'More would be reserved for orders and positions than may be in this profile.',
} as const;

/** Why other terms of an order that is live are refused, beside the reasons for which an order is. */
const REPLACE_REFUSALS = {
  'replace-not-offered': 'The broker cannot change this of an order that is live.',
  'replaced-too-often': 'The order was changed as often as one can be; cancel it and place another.',
  'set-off-fixed':
    'The order was set off here: what sets it off is past, and of an exit nothing is left to be changed.',
  'exit-pair-fixed': 'Of two exits that end each other only the limit can be changed; cancel them and place others.',
  'replaces-nothing': 'The order is as asked for already.',
  'replace-below-filled': 'The new quantity is not more than what is filled.',
} as const;

export const REPLACE_REFUSAL_CODES = [
  ...(Object.keys(REPLACE_REFUSALS) as (keyof typeof REPLACE_REFUSALS)[]),
  'replace-withdrawn' as const,
];

export const HOLD_REFUSAL_CODES = Object.keys(HOLD_REFUSALS) as (keyof typeof HOLD_REFUSALS)[];

/**
 * Why the business says no to an order, in order of precedence: the first that applies is the answer. The last, from
 * `account-closed` on, are the ledger's word after placement, and `capital-not-answered` stands for a word that did not
 * come; all the others are decided before anything is reserved.
 */
export const ORDER_REFUSALS = {
  'trading-halted': 'Trading is halted; no order may be placed until an operator makes it active again.',
  'reduce-only': 'Only exits are allowed now; an order that opens or enlarges a position is not.',
  'short-selling-not-allowed': 'This profile may sell only what it holds.',
  ...REPLACE_REFUSALS,
  'symbol-not-tradable': 'The broker does not offer this symbol, or not now.',
  'short-selling-not-offered': 'The broker does not let this symbol be sold by somebody who does not hold it.',
  'order-type-not-offered': 'The broker does not offer this order type.',
  'entry-not-bounded':
    'An entry of this type has no worst price at the broker; it has one where it waits here (`triggeredHere`).',
  'time-in-force-not-offered': 'The broker does not offer this time in force.',
  'expiry-not-ahead': 'The order would end before it begins.',
  'exits-not-offered': 'The broker cannot tie a take profit and a stop loss together so that one ends the other.',
  'post-only-not-offered': 'The broker cannot keep a limit order from taking what is offered.',
  'market-data-stale': 'The latest quote of the symbol is too old to decide on.',
  'quantity-off-increment': 'The quantity is finer than the symbol allows, or below its smallest size.',
  'price-off-increment': 'A price or a trail does not fall on the symbol’s price increment.',
  'trigger-already-reached': 'The market is where the order would be set off at once.',
  'exits-out-of-order':
    'The take profit must lie on the side of the order’s price that earns, and the stop loss on the other.',
  'post-only-would-take': 'The limit price would take what is offered, and the order may only rest.',
  'price-outside-collar':
    'The limit price is too far through the market, or through the price that sets the order off.',
  'notional-above-limit': 'Quantity times worst price is above what one order may be worth.',
  'position-above-limit': 'What is held of the symbol and asked for would be worth more than may be.',
  'concentration-above-limit': 'What is held of the symbol and asked for would be too large a share of the capital.',
  'open-orders-above-limit': 'As many orders of this profile are live as may be.',
  'order-rate-above-limit': 'As many entries of this profile were placed in this minute as may be.',
  'daily-loss-reached': 'The profile has lost as much today as it may; only exits are allowed until tomorrow, UTC.',
  'losses-in-a-row-reached': 'As many trades in a row ended in a loss today as may; only exits until tomorrow, UTC.',
  'trade-in-other-direction': 'The profile has an open trade in this symbol in the other direction.',
  'entry-already-live': 'As many entry orders of this profile and symbol are live as may be.',
  'exit-above-position': 'The exit is larger than what is held, or owed, and not already being closed.',
  'replace-withdrawn': 'A cancel was asked for before the broker was asked for the other terms.',
  'capital-not-answered': 'Whether there is capital for the order was not known in time; nothing was sent.',
  ...HOLD_REFUSALS,
} as const;

/** Why the ledger says no to a request about capital, in order of precedence within each request. */
export const CAPITAL_REFUSALS = {
  'version-stale': 'The balances have changed since they were looked at.',
  'account-not-closed': 'The account is open; there is nothing to open again.',
  'posting-not-reversible': 'Only entries made by hand can be taken back: deposits, withdrawals, fees, adjustments.',
  'posting-already-reversed': 'The posting has been taken back already.',
  'monitors-above-limit': 'The profile has as many monitors as it may have.',
  'transfer-to-itself': 'A profile cannot move capital to itself.',
  'transfer-target-unknown': 'There is no such profile to move capital to, or it has another owner.',
  'transfer-target-closed': 'The account of the profile to move capital to is closed.',
  'holds-standing': 'Capital is held for orders that are not done.',
  'positions-standing': 'The profile still holds positions.',
  'transfers-pending': 'Capital is still on its way to another profile.',
  'shortfall-standing': 'The broker has taken more than was available, and it is not repaid.',
  'available-above-limit': 'More would be available than one account can have.',
  'money-standing': 'There is still capital in the account; it must be withdrawn or moved first.',
  ...HOLD_REFUSALS,
} as const;

export type CapitalRefusalCode = keyof typeof CAPITAL_REFUSALS;
export const CAPITAL_REFUSAL_CODES = Object.keys(CAPITAL_REFUSALS) as CapitalRefusalCode[];

export type OrderRefusalCode = keyof typeof ORDER_REFUSALS;
export const ORDER_REFUSAL_CODES = Object.keys(ORDER_REFUSALS) as OrderRefusalCode[];

/** A refusal with the limit that was met and the value that broke it, both as text. */
export interface Refusal<Code extends string = OrderRefusalCode> {
  readonly code: Code;
  readonly limit: string;
  readonly value: string;
}
