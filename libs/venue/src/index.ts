export type {
  Venue,
  VenueAsset,
  VenueCapabilities,
  VenueExecution,
  VenueOrder,
  VenueOrderRequest,
  VenueOrderStatus,
  VenueOrderType,
  VenueQuote,
  VenueSide,
  VenueStream,
  VenueStreamHandlers,
  VenueTimeInForce,
  VenueUpdate,
} from './venue.js';
export { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from './venue-errors.js';
export { AlpacaVenue } from './alpaca-venue.js';
export type { AlpacaVenueOptions } from './alpaca-venue.js';
