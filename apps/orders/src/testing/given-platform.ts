import { decimal } from '@ballast/money';
import type { EventEnvelope } from '@ballast/contracts';
import type { LocalAzure } from '@ballast/local-azure';
import { VenueKeys } from '@ballast/venue';
import type { OrdersSettings } from '../orders.config.js';

/** Balances of a ledger in which nobody here is interested. */
export const NO_BALANCES = {
  allocated: '0',
  reservedForOrders: '0',
  reservedForPositions: '0',
  realizedPnl: '0',
  fees: '0',
  shortfall: '0',
  available: '0',
};

/** A broker that nobody asks. */
const NO_VENUE = {
  kind: 'alpaca',
  baseUrl: '',
  dataUrl: undefined,
  streamUrl: undefined,
  feeRate: '0.001',
  requestsPerMinute: undefined,
  postOnly: false,
} as const;

/** An event as its owner publishes it. */
export function envelope<Data>(fields: Omit<EventEnvelope<Data>, 'time' | 'correlationid'>): EventEnvelope<Data> {
  return { ...fields, time: new Date().toISOString(), correlationid: 'req_test' };
}

/** The settings of orders against the local servers; the broker is the test's. */
export function settingsOf(azure: LocalAzure): OrdersSettings {
  return {
    platform: {
      host: '127.0.0.1',
      port: 0,
      cosmos: { endpoint: azure.cosmosEndpoint, key: azure.cosmosKey, database: azure.database },
      serviceBus: { connectionString: azure.serviceBusConnectionString },
      accountsUrl: 'http://127.0.0.1:9',
      logLevel: 'silent',
    },
    venue: { ...NO_VENUE, keys: new VenueKeys('no-key', 'no-secret') },
    limits: {
      priceCollarRatio: decimal('0.05'),
      orderNotionalUsdMax: decimal('1000000'),
      positionUsdMax: decimal('2000000'),
      openOrdersMax: 100,
      ordersPerMinuteMax: 1_000,
      dailyLossUsdMax: decimal('1000'),
      lossesInARowMax: 3,
      shortCollateralRatio: decimal('1.5'),
      quoteAgeMsMax: 30_000,
      capitalWaitMsMax: 60_000,
    },
  };
}
