import { decimal } from '@ballast/money';
import { AlpacaVenue, CcxtVenue } from '@ballast/venue';
import type { Venue } from '@ballast/venue';
import type { VenueSettings } from '../venue.config.js';

/** Opens the broker that the settings name; ccxt is loaded only for an exchange of its. */
export async function openVenue(settings: VenueSettings): Promise<Venue> {
  const { kind, keys, feeRate, requestsPerMinute } = settings;
  const account = {
    keys,
    feeRate: decimal(feeRate),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  };
  if (kind === 'ccxt') {
    const { exchange, symbols, currency } = settings;
    return CcxtVenue.open({ ...account, exchange, currency, ...(symbols.length === 0 ? {} : { symbols }) });
  }
  const { baseUrl, dataUrl, streamUrl } = settings;
  return new AlpacaVenue({
    ...account,
    baseUrl,
    ...(dataUrl === undefined ? {} : { dataUrl }),
    ...(streamUrl === undefined ? {} : { streamUrl }),
  });
}
