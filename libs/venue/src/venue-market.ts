import type { Decimal } from '@ballast/money';

/** What can be traded at the venue and in which steps; `quantityScale` is a number of decimals. */
export interface VenueAsset {
  symbol: string;
  tradable: boolean;
  quantityScale: number;
  priceIncrement: Decimal;
  quantityMin: Decimal;
  assetClass: 'equity' | 'crypto' | 'index';
  name: string;
  /** Whether it may be sold without being owned; absent where the venue does not say. */
  shortable?: boolean;
}

/** The best prices of a symbol and when they were made. */
export interface VenueQuote {
  symbol: string;
  bid: Decimal;
  ask: Decimal;
  at: Date;
}

/** The lengths of a bar that venues have in common. */
export type VenueTimeframe = '1m' | '5m' | '15m' | '1h' | '1d';

/** Which bars are asked for: those that begin from `from` on and before `to`, oldest first. */
export interface VenueBarRequest {
  symbol: string;
  timeframe: VenueTimeframe;
  from: Date;
  to: Date;
}

/** What a symbol did in one timeframe that begins at `at`. */
export interface VenueBar {
  at: Date;
  open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: Decimal;
}

/** What the account owns of a symbol; `quantity` is below zero for a short position, prices are in the quote currency. */
export interface VenuePosition {
  symbol: string;
  quantity: Decimal;
  /** Absent where the venue does not say. */
  averagePrice: Decimal | undefined;
}

/** The account's figures, in `currency`. */
export interface VenueAccount {
  currency: string;
  cash: Decimal;
  /** What may be spent on new orders. */
  buyingPower: Decimal;
  /** Cash and positions together; absent where the venue does not say. */
  equity: Decimal | undefined;
}

/** The venue's time and whether its market is open. */
export interface VenueClock {
  at: Date;
  isOpen: boolean;
}
