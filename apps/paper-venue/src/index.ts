export { startPaperVenue } from './paper-venue.js';
export type { PaperVenue, PaperVenueOptions } from './paper-venue.js';
