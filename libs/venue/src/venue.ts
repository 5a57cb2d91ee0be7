import type { Decimal } from '@ballast/money';

/** Which way an order trades. */
export type VenueSide = 'buy' | 'sell';

/** The kinds of order a venue may offer. */
export type VenueOrderType = 'market' | 'limit';

/** How long an order may live at a venue. */
export type VenueTimeInForce = 'day' | 'gtc' | 'ioc' | 'fok';

/** An order as it is sent to a venue; `limitPrice` is absent for a market order, `brokerKey` is at most 48 characters. */
export interface VenueOrderRequest {
  brokerKey: string;
  symbol: string;
  side: VenueSide;
  quantity: Decimal;
  limitPrice: Decimal | undefined;
  timeInForce: VenueTimeInForce;
}

/** Where an order stands at the venue; `pending` is anything the venue has not yet decided. */
export type VenueOrderStatus =
  'open' | 'partially-filled' | 'filled' | 'cancelled' | 'expired' | 'rejected' | 'pending';

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
  | { kind: 'opened' | 'cancelled' | 'expired' | 'rejected'; order: VenueOrder; at: Date }
  | { kind: 'executed'; order: VenueOrder; execution: VenueExecution };

/** What can be traded at the venue and in which steps; `quantityScale` is a number of decimals. */
export interface VenueAsset {
  symbol: string;
  tradable: boolean;
  quantityScale: number;
  priceIncrement: Decimal;
  quantityMin: Decimal;
  assetClass: 'equity' | 'crypto' | 'index';
  name: string;
}

/** The best prices of a symbol and when they were made. */
export interface VenueQuote {
  symbol: string;
  bid: Decimal;
  ask: Decimal;
  at: Date;
}

/** What a venue offers; `feeRate` is a share of notional, times are in milliseconds. */
export interface VenueCapabilities {
  orderTypes: readonly VenueOrderType[];
  timesInForce: readonly VenueTimeInForce[];
  fractional: boolean;
  feeRate: Decimal;
  /** How long after an answer an order may still be missing from a look-up. */
  visibilityDelayMs: number;
  /** How long a call may take before its outcome counts as unknown. */
  callDeadlineMs: number;
}

/** Who hears a stream. */
export interface VenueStreamHandlers {
  /** Awaited one at a time for each broker key, in the venue's order; a failure closes the connection, so that healing repeats it. */
  onUpdate(update: VenueUpdate): Promise<void>;
  /** Awaited after each (re)connect and before updates flow on, so that the caller can heal what it missed. */
  onConnected(): Promise<void>;
  /** Called each time a connection, or an attempt at one, ends by itself; `cause` says why where it is known. */
  onDisconnected?(cause?: Error): void;
}

/** A running stream of updates. */
export interface VenueStream {
  /** Whether updates are flowing now. */
  readonly connected: boolean;
  /** Stops for good; resolves when no handler is running any more. */
  close(): Promise<void>;
}

/** A broker, as the rest of the platform sees it. */
export interface Venue {
  readonly capabilities: VenueCapabilities;

  /**
   * Sends an order; the same broker key sent again answers with the order it made the first time.
   * Throws VenueRejected, VenueOutcomeUnknown or VenueUnavailable (surely not executed).
   */
  submit(request: VenueOrderRequest): Promise<VenueOrder>;

  /** The order of a broker key, or undefined when the venue does not know it. Throws VenueUnavailable. */
  lookup(brokerKey: string): Promise<VenueOrder | undefined>;

  /** Asks for an order's end; `accepted` promises only that the venue will decide. Throws VenueUnavailable. */
  cancel(venueOrderId: string): Promise<'accepted' | 'already-terminal' | 'not-found'>;

  /** Every order the venue still works on. Throws VenueUnavailable. */
  openOrders(): Promise<VenueOrder[]>;

  /** Every execution at or after a moment, oldest first. Throws VenueUnavailable. */
  executionsSince(at: Date): Promise<VenueExecution[]>;

  /** What can be traded. Throws VenueUnavailable. */
  assets(): Promise<VenueAsset[]>;

  /** The latest quotes; a symbol the venue does not know is left out. Throws VenueUnavailable. */
  quotes(symbols: string[]): Promise<VenueQuote[]>;

  /** Connects, and reconnects with back-off for ever until closed. */
  stream(handlers: VenueStreamHandlers): VenueStream;
}
