import { decimal } from '@ballast/money';
import { platformSettings, readSettings } from '@ballast/service-host';
import type { PlatformSettings, SettingsReader } from '@ballast/service-host';
import type { RiskLimits } from './domain/risk-limits.js';
import { declareVenue, openVenueSettings } from './venue.config.js';
import type { VenueSettings } from './venue.config.js';

/** Token of the product-wide limits. */
export const RISK_LIMITS = Symbol('risk limits');

export interface OrdersSettings {
  readonly platform: PlatformSettings;
  readonly venue: VenueSettings;
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
      limits: riskLimits(reader),
    }),
    env,
  );
  return { ...settings, venue: await openVenueSettings(venue) };
}

function riskLimits(settings: SettingsReader): RiskLimits {
  const concentration = settings.text('CONCENTRATION_RATIO_MAX', { default: '' });
  return {
    priceCollarRatio: decimal(settings.text('PRICE_COLLAR_RATIO', { default: '0.05' })),
    orderNotionalUsdMax: decimal(settings.text('ORDER_NOTIONAL_USD_MAX', { default: '1000000' })),
    positionUsdMax: decimal(settings.text('POSITION_USD_MAX', { default: '10000000' })),
    ...(concentration === '' ? {} : { concentrationRatioMax: decimal(concentration) }),
    openOrdersMax: settings.integer('OPEN_ORDERS_MAX', { min: 1, max: 500, default: 100 }),
    ordersPerMinuteMax: settings.integer('ORDERS_PER_MINUTE_MAX', { min: 1, max: 100_000, default: 1_000 }),
    dailyLossUsdMax: decimal(settings.text('DAILY_LOSS_USD_MAX', { default: '100000' })),
    lossesInARowMax: settings.integer('LOSSES_IN_A_ROW_MAX', { min: 1, max: 1_000, default: 20 }),
    shortSelling: settings.flag('SHORT_SELLING', { default: false }),
    shortCollateralRatio: decimal(settings.text('SHORT_COLLATERAL_RATIO', { default: '1.5' })),
    quoteAgeMsMax: settings.integer('QUOTE_AGE_MS_MAX', { min: 100, max: 600_000, default: 30_000 }),
  };
}
