export type { Venue, VenueCapabilities, VenueQuoteHandlers, VenueStream, VenueStreamHandlers } from './venue.js';
export type {
  VenueAccount,
  VenueAsset,
  VenueBar,
  VenueBarRequest,
  VenueClock,
  VenuePosition,
  VenueQuote,
  VenueTimeframe,
} from './venue-market.js';
export type {
  VenueExecution,
  VenueExits,
  VenueOrder,
  VenueOrderChange,
  VenueOrderClass,
  VenueOrderRequest,
  VenueOrderStatus,
  VenueOrderType,
  VenueSide,
  VenueTimeInForce,
  VenueUpdate,
} from './venue-orders.js';
export { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from './venue-errors.js';
export { VenueKeys, VenueKeysError, openVenueKeys, secretNamesOf } from './venue-keys.js';
export type { SecretReader } from './venue-keys.js';
export { AccountBudgets } from './account-budgets.js';
export type { VenueAccountKey } from './account-budgets.js';
export { AlpacaVenue } from './alpaca-venue.js';
export type { AlpacaVenueOptions } from './alpaca-venue.js';
export { CcxtVenue } from './ccxt-venue.js';
export type { CcxtVenueOptions } from './ccxt-venue.js';
