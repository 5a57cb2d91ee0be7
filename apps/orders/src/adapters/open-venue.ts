import { createHash } from 'node:crypto';
import { BROKER_KEY_CHARS_MAX } from '@ballast/contracts';
import { decimal } from '@ballast/money';
import { SettingsError } from '@ballast/service-host';
import { AlpacaVenue, CcxtVenue } from '@ballast/venue';
import type { Venue } from '@ballast/venue';
import type { VenueSettings } from '../venue.config.js';
import { measuredVenue } from './measured-venue.js';

const DIGEST_LENGTH = 16;

/** A name for the account, the same in every replica, that tells no key. */
export function accountNameOf(settings: VenueSettings): string {
  const place = settings.kind === 'ccxt' ? settings.exchange : settings.baseUrl;
  const digest = createHash('sha256').update(`${place} ${settings.keys.keyId}`).digest('hex');
  return `${settings.kind}:${digest.slice(0, DIGEST_LENGTH)}`;
}

/**
 * Opens the broker that the settings name, its calls measured; ccxt is loaded only for an exchange of its. Throws
 * `SettingsError` for a broker that takes no names as long as those of our orders: it would refuse each of them.
 */
export async function openVenue(settings: VenueSettings): Promise<Venue> {
  const venue = await adapterFor(settings);
  const { brokerKeyCharsMax = BROKER_KEY_CHARS_MAX } = venue.capabilities;
  if (brokerKeyCharsMax < BROKER_KEY_CHARS_MAX)
    throw new SettingsError(
      `the broker takes names of at most ${brokerKeyCharsMax} characters, and orders have ${BROKER_KEY_CHARS_MAX}`,
    );
  return measuredVenue(venue, settings.kind);
}

async function adapterFor(settings: VenueSettings): Promise<Venue> {
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
  const { baseUrl, dataUrl, streamUrl, postOnly } = settings;
  return new AlpacaVenue({
    ...account,
    baseUrl,
    postOnly,
    ...(dataUrl === undefined ? {} : { dataUrl }),
    ...(streamUrl === undefined ? {} : { streamUrl }),
  });
}
