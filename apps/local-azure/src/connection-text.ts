import { resolve } from 'node:path';
import type { LocalAzureConfig } from './local-azure.config.js';
import type { LocalAzure } from './start-local-azure.js';

/** What a person who started the servers needs: settings as a shell or a `.env` file takes them, the pages, and where the data is. */
export function connectionText(azure: LocalAzure, { dataDir }: LocalAzureConfig): string {
  const { cosmosEndpoint, faultControl } = azure;
  const settings = {
    COSMOS_ENDPOINT: cosmosEndpoint,
    COSMOS_KEY: azure.cosmosKey,
    COSMOS_DATABASE: azure.database,
    SERVICE_BUS_CONNECTION_STRING: azure.serviceBusConnectionString,
    ...(faultControl && { FAULT_CONTROL_ENDPOINT: faultControl.endpoint, FAULT_CONTROL_KEY: faultControl.key }),
  };
  const pages = {
    'Service Bus': azure.pages.status,
    'Cosmos DB': azure.pages.data,
    Usage: `${cosmosEndpoint}usage  (as /metrics for Prometheus; /health)`,
    Data: `${resolve(dataDir)}  (the keys too, in keys.json)`,
  };
  return [
    'local-azure is ready.',
    '',
    ...Object.entries(settings).map(([name, value]) => `${name}="${value}"`),
    '',
    ...Object.entries(pages).map(([name, value]) => `  ${name.padEnd(PAGE_COLUMNS)}${value}`),
    '',
    '  Ctrl-C stops it; the data stays.',
  ].join('\n');
}

const PAGE_COLUMNS = 13;
