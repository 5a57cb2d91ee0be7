import type { Decimal } from '@ballast/money';
import type {
  VenueAccount,
  VenueAsset,
  VenueBar,
  VenueBarRequest,
  VenueClock,
  VenuePosition,
  VenueQuote,
} from './venue-market.js';
import type {
  VenueExecution,
  VenueOrder,
  VenueOrderChange,
  VenueOrderClass,
  VenueOrderRequest,
  VenueOrderType,
  VenueTimeInForce,
  VenueUpdate,
} from './venue-orders.js';

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
  /** The ways in which orders may be tied together; their exits live at the venue, from the whole fill of the entry on. */
  orderClasses: readonly VenueOrderClass[];
  /** Whether an order may name money in place of a quantity. */
  notional: boolean;
  /** Whether what is not owned may be sold, where the asset and the account allow it. */
  short: boolean;
  replace: boolean;
  /** Whether a limit order can be told never to take what is offered; absent where it cannot. */
  postOnly?: boolean;
  extendedHours: boolean;
  /** Characters of the longest client order id that it takes; absent where that is not known. */
  brokerKeyCharsMax?: number;
  /** Whether `submit` of a broker key that the venue knows finds the order it made, at whatever age. */
  uniqueKeys: boolean;
  /** Whether bars are to be had. */
  bars: boolean;
  /** Whether quotes come by themselves; otherwise `quoteStream` asks for them again and again. */
  quoteStream: boolean;
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

/** Who hears quotes. */
export interface VenueQuoteHandlers {
  onQuote(quote: VenueQuote): void;
  /** Called after each (re)connect, when quotes begin to flow. */
  onConnected?(): void;
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

  /** The order of the venue's own id, or undefined when the venue does not know it. Throws VenueUnavailable. */
  find(venueOrderId: string): Promise<VenueOrder | undefined>;

  /** Asks for an order's end; `accepted` promises only that the venue will decide. Throws VenueUnavailable. */
  cancel(venueOrderId: string): Promise<'accepted' | 'already-terminal' | 'not-found'>;

  /**
   * Puts another order with changes in an open order's place and answers with it; it trades what the changes say less what
   * the old one has filled. Throws VenueRejected, and the old order is as it was; VenueOutcomeUnknown, and the new broker
   * key tells by a look-up whether it came to be; or VenueUnavailable (surely not replaced).
   */
  replace(venueOrderId: string, change: VenueOrderChange): Promise<VenueOrder>;

  /** Every order the venue still works on. Throws VenueUnavailable. */
  openOrders(): Promise<VenueOrder[]>;

  /** Every execution at or after a moment, oldest first. Throws VenueUnavailable. */
  executionsSince(at: Date): Promise<VenueExecution[]>;

  /** What the account owns and owes. Throws VenueUnavailable. */
  positions(): Promise<VenuePosition[]>;

  /** The account's figures. Throws VenueUnavailable. */
  account(): Promise<VenueAccount>;

  /** What can be traded. Throws VenueUnavailable. */
  assets(): Promise<VenueAsset[]>;

  /** The venue's time. Throws VenueUnavailable. */
  clock(): Promise<VenueClock>;

  /** The latest quotes; a symbol the venue does not know is left out. Throws VenueUnavailable. */
  quotes(symbols: string[]): Promise<VenueQuote[]>;

  /** The bars of a symbol. Throws VenueUnavailable, or VenueRejected where the venue has none of that kind. */
  bars(request: VenueBarRequest): Promise<VenueBar[]>;

  /** Connects, and reconnects with back-off for ever until closed. */
  stream(handlers: VenueStreamHandlers): VenueStream;

  /** Sends the quotes of some symbols as they are made, and reconnects with back-off for ever until closed. */
  quoteStream(symbols: readonly string[], handlers: VenueQuoteHandlers): VenueStream;
}
