import type { SettingsReader } from '@ballast/service-host';
import { VenueKeys, openVenueKeys, secretNamesOf } from '@ballast/venue';

/** What every broker needs: what opens the account, what it costs and how often it may be asked. */
interface AccountSettings {
  readonly keys: VenueKeys;
  /** Fee as a share of notional, where the broker reports none. */
  readonly feeRate: string;
  /** Requests a minute of this process; the adapter's own figure where absent. */
  readonly requestsPerMinute: number | undefined;
}

/** A broker that speaks Alpaca's API. */
export interface AlpacaSettings extends AccountSettings {
  readonly kind: 'alpaca';
  readonly baseUrl: string;
  /** Where its quotes are; the same address unless the broker splits them. */
  readonly dataUrl: string | undefined;
  readonly streamUrl: string | undefined;
  /** Whether it takes limit orders that may only rest; Alpaca itself does not. */
  readonly postOnly: boolean;
}

/** An exchange of ccxt's. */
export interface CcxtSettings extends AccountSettings {
  readonly kind: 'ccxt';
  readonly exchange: string;
  /** What is traded, for exchanges that list one symbol at a time. */
  readonly symbols: readonly string[];
  /** The currency that cash is counted in. */
  readonly currency: string;
}

/** Where the broker is and how we prove who we are. */
export type VenueSettings = AlpacaSettings | CcxtSettings;

/** The settings as declared: the keys are still a reference. */
export interface DeclaredVenue {
  readonly settings: Omit<AlpacaSettings, 'keys'> | Omit<CcxtSettings, 'keys'>;
  readonly keys: { readonly reference: string; readonly secrets: Readonly<Record<string, string>> };
}

const REQUESTS_PER_MINUTE_MAX = 1_000_000;

/** Declares the settings of the broker. */
export function declareVenue(settings: SettingsReader): DeclaredVenue {
  const reference = settings.text('VENUE_KEYS', { default: 'env:VENUE' });
  const names = Object.values(secretNamesOf(reference) ?? {});
  const keys = { reference, secrets: Object.fromEntries(names.map((name) => [name, settings.secret(name)])) };
  const isLimited = settings.optionalText('VENUE_REQUESTS_PER_MINUTE') !== undefined;
  const account = {
    feeRate: settings.text('VENUE_FEE_RATE', { default: '0.001' }),
    requestsPerMinute: isLimited
      ? settings.integer('VENUE_REQUESTS_PER_MINUTE', { min: 1, max: REQUESTS_PER_MINUTE_MAX })
      : undefined,
  };
  const kind = settings.word('VENUE_KIND', ['alpaca', 'ccxt'], { default: 'alpaca' });
  if (kind === 'ccxt') {
    const symbols = (settings.optionalText('VENUE_SYMBOLS') ?? '').split(',').filter((symbol) => symbol !== '');
    const currency = settings.text('VENUE_CURRENCY', { default: 'USD' });
    return { settings: { ...account, kind, exchange: settings.text('VENUE_EXCHANGE'), symbols, currency }, keys };
  }
  const [dataUrl, streamUrl] = [settings.optionalText('VENUE_DATA_URL'), settings.optionalText('VENUE_STREAM_URL')];
  const postOnly = settings.flag('VENUE_POST_ONLY', { default: false });
  return { settings: { ...account, kind, baseUrl: settings.text('VENUE_URL'), dataUrl, streamUrl, postOnly }, keys };
}

/** Follows the reference to the keys; throws VenueKeysError. */
export async function openVenueSettings({ settings, keys }: DeclaredVenue): Promise<VenueSettings> {
  return { ...settings, keys: await openVenueKeys(keys.reference, (name) => keys.secrets[name]) };
}
