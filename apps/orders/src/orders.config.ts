import { decimal } from '@ballast/money';
import { platformSettings, readSettings } from '@ballast/service-host';
import type { PlatformSettings } from '@ballast/service-host';
import { defaultLimits } from './adapters/live-limits.js';
import type { RiskLimits } from './domain/risk-limits.js';
import { declareVenue, openVenueSettings } from './venue.config.js';
import type { VenueSettings } from './venue.config.js';

/** Token of the product-wide limits, as they are whenever they are looked at. */
export const RISK_LIMITS = Symbol('risk limits');

export interface OrdersSettings {
  readonly platform: PlatformSettings;
  readonly venue: VenueSettings;
  /** What of them holds until something else is set. */
  readonly limits: RiskLimits;
}

/** The only reader of the environment in this service; a missing setting stops the start with its name. */
export async function readOrdersSettings(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<OrdersSettings> {
  const { venue, ...settings } = await readSettings(
    (reader) => ({
      platform: platformSettings(reader),
      venue: declareVenue(reader),
      limits: defaultLimits({
        shortCollateralRatio: decimal(reader.text('SHORT_COLLATERAL_RATIO', { default: '1.5' })),
      }),
    }),
    env,
  );
  return { ...settings, venue: await openVenueSettings(venue) };
}
