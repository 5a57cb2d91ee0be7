import type { Decimal } from '@ballast/money';

/** Which way an order trades. */
export type VenueSide = 'buy' | 'sell';

/** The kinds of order a venue may offer. */
export type VenueOrderType = 'market' | 'limit' | 'stop' | 'stop-limit' | 'trailing-stop' | 'market-if-touched';

/** How long an order may live at a venue. */
export type VenueTimeInForce = 'day' | 'gtc' | 'ioc' | 'fok' | 'gtd';

/** How a venue may tie orders together: an entry with two exits, two exits of which one ends the other, an entry with one exit. */
export type VenueOrderClass = 'bracket' | 'oco' | 'oto';

/** The exits of an order: where a profit is taken, and where a loss is stopped, at the market or within a limit. */
export interface VenueExits {
  takeProfit?: { limitPrice: Decimal };
  stopLoss?: { stopPrice: Decimal; limitPrice?: Decimal };
}

/**
 * An order as it is sent to a venue; `limitPrice` is absent for a market order, `brokerKey` is no longer than the venue's
 * capabilities say.
 * Without a `type` it is a limit order where it has a limit, else a market order.
 */
export interface VenueOrderRequest {
  brokerKey: string;
  symbol: string;
  side: VenueSide;
  quantity: Decimal;
  limitPrice: Decimal | undefined;
  timeInForce: VenueTimeInForce;
  type?: VenueOrderType;
  /** Money in the quote currency that is to be spent or taken; sent in place of the quantity, which then counts for nothing. */
  notional?: Decimal;
  stopPrice?: Decimal;
  /** How far a trailing stop stays behind the market, in the quote currency. */
  trailPrice?: Decimal;
  /** How far a trailing stop stays behind the market, in hundredths of its price. */
  trailPercent?: Decimal;
  /** When a good-till-date order ends. */
  expiresAt?: Date;
  /** Whether a limit order may only rest; for venues whose capabilities say so. */
  postOnly?: boolean;
  orderClass?: VenueOrderClass;
  exits?: VenueExits;
}

/** What of an order is to be different; `quantity` is the whole of it, what has already filled included. */
export interface VenueOrderChange {
  /** The broker key of the order that takes the place of the old one. */
  brokerKey: string;
  quantity?: Decimal;
  limitPrice?: Decimal;
  stopPrice?: Decimal;
  /** The new trail, in what the old one was given in. */
  trail?: Decimal;
  timeInForce?: VenueTimeInForce;
}

/** Where an order stands at the venue; `pending` is anything the venue has not yet decided, or holds for another order. */
export type VenueOrderStatus =
  'open' | 'partially-filled' | 'filled' | 'cancelled' | 'expired' | 'rejected' | 'replaced' | 'pending';

/** An order as the venue sees it; `averagePrice` is absent until something has filled. */
export interface VenueOrder {
  brokerKey: string;
  venueOrderId: string;
  symbol: string;
  side: VenueSide;
  status: VenueOrderStatus;
  filledQuantity: Decimal;
  averagePrice: Decimal | undefined;
  rejectReason?: string;
  /** Absent where the venue does not say, and for an order by notional. */
  quantity?: Decimal;
  /** Absent where the venue has a type that the port has no word for. */
  type?: VenueOrderType;
  limitPrice?: Decimal;
  /** Of a trailing stop, where it stands now. */
  stopPrice?: Decimal;
  /** The venue's id of the order that has taken this one's place. */
  replacedBy?: string;
  /** The venue's id of the order whose place this one has taken. */
  replaces?: string;
  /** The exits that belong to the order, where the venue shows them. */
  legs?: readonly VenueOrder[];
}

/** One fill, as the venue reports it. */
export interface VenueExecution {
  executionId: string;
  venueOrderId: string;
  /** Absent where the venue's list of executions has only its own order id: resolve it by looking the order up. */
  brokerKey?: string;
  symbol: string;
  side: VenueSide;
  quantity: Decimal;
  price: Decimal;
  /** What the order has filled up to and including this execution. */
  cumulativeQuantity: Decimal;
  /** The fee the venue reports, in the quote currency; absent when it reports none. */
  fee: Decimal | undefined;
  at: Date;
}

/** Something that happened to an order at the venue. */
export type VenueUpdate =
  | { kind: 'opened' | 'cancelled' | 'expired' | 'rejected' | 'replaced'; order: VenueOrder; at: Date }
  | { kind: 'executed'; order: VenueOrder; execution: VenueExecution };
