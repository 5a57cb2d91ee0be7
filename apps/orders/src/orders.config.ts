import { decimal } from '@ballast/money';
import { platformSettings, readSettings } from '@ballast/service-host';
import type { PlatformSettings } from '@ballast/service-host';
import type { RiskLimits } from './domain/placement.js';

/** Token of the product-wide limits of one order. */
export const RISK_LIMITS = Symbol('risk limits');

/** Where the broker is and how we prove who we are. */
export interface VenueSettings {
  readonly baseUrl: string;
  /** Where its quotes are; the same address unless the broker splits them. */
  readonly dataUrl: string | undefined;
  readonly streamUrl: string | undefined;
  readonly keyId: string;
  readonly secret: string;
  /** Fee as a share of notional, where the broker reports none. */
  readonly feeRate: string;
}

export interface OrdersSettings {
  readonly platform: PlatformSettings;
  readonly venue: VenueSettings;
  readonly limits: RiskLimits;
}

/** The only reader of the environment in this service; a missing setting stops the start with its name. */
export function readOrdersSettings(): Promise<OrdersSettings> {
  return readSettings((settings) => ({
    platform: platformSettings(settings),
    venue: {
      baseUrl: settings.text('VENUE_URL'),
      dataUrl: settings.text('VENUE_DATA_URL', { default: '' }) || undefined,
      streamUrl: settings.text('VENUE_STREAM_URL', { default: '' }) || undefined,
      keyId: settings.secret('VENUE_KEY_ID'),
      secret: settings.secret('VENUE_SECRET'),
      feeRate: settings.text('VENUE_FEE_RATE', { default: '0.001' }),
    },
    limits: {
      priceCollarRatio: decimal(settings.text('PRICE_COLLAR_RATIO', { default: '0.05' })),
      orderNotionalUsdMax: decimal(settings.text('ORDER_NOTIONAL_USD_MAX', { default: '1000000' })),
      openOrdersMax: settings.integer('OPEN_ORDERS_MAX', { min: 1, max: 500, default: 100 }),
      quoteAgeMsMax: settings.integer('QUOTE_AGE_MS_MAX', { min: 100, max: 600_000, default: 30_000 }),
    },
  }));
}
