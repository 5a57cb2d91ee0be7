import { decimal } from '@ballast/money';
import type { EventEnvelope } from '@ballast/contracts';
import type { LocalAzure } from '@ballast/local-azure';
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
    venue: { baseUrl: '', dataUrl: undefined, streamUrl: undefined, keyId: '', secret: '', feeRate: '0.001' },
    limits: {
      priceCollarRatio: decimal('0.05'),
      orderNotionalUsdMax: decimal('1000000'),
      openOrdersMax: 100,
      quoteAgeMsMax: 30_000,
    },
  };
}
