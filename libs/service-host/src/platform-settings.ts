import { topology } from '@ballast/contracts';
import type { CosmosConnection } from '@ballast/cosmos';
import { refusalOfFaults } from '@ballast/faults';
import type { ServiceBusConnection } from '@ballast/service-bus';
import type { SettingsReader } from './settings.js';
import { telemetrySettings } from './telemetry.js';
import type { TelemetrySettings } from './telemetry.js';

/** How much a service logs, from everything to only what is wrong. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What every service needs to know. */
export interface PlatformSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly cosmos: CosmosConnection;
  readonly serviceBus: ServiceBusConnection;
  /** Where accounts publishes the keys of its tokens, without a slash at the end. */
  readonly accountsUrl: string;
  readonly logLevel: LogLevel;
  /** Absent, nothing is recorded. */
  readonly telemetry?: TelemetrySettings;
}

/**
 * Reads HOST, PORT, COSMOS_ENDPOINT, COSMOS_KEY, COSMOS_DATABASE, SERVICE_BUS_CONNECTION_STRING or SERVICE_BUS_NAMESPACE,
 * ACCOUNTS_URL, LOG_LEVEL and what `telemetrySettings` reads. Without a Cosmos key or connection string the process's Azure identity is used.
 */
export function platformSettings(
  settings: SettingsReader,
  defaults: { port?: number; accountsUrl?: string } = {},
): PlatformSettings {
  const key = settings.optionalSecret('COSMOS_KEY');
  return {
    host: settings.text('HOST', { default: '127.0.0.1' }),
    port: settings.integer('PORT', { min: 0, max: 65_535, ...portDefault(defaults.port) }),
    cosmos: {
      endpoint: storeEndpoint(settings),
      ...(key === undefined ? {} : { key }),
      database: settings.text('COSMOS_DATABASE', { default: topology.database }),
    },
    serviceBus: serviceBusSettings(settings),
    accountsUrl: settings
      .text('ACCOUNTS_URL', defaults.accountsUrl === undefined ? {} : { default: defaults.accountsUrl })
      .replace(/\/+$/, ''),
    logLevel: settings.word('LOG_LEVEL', LOG_LEVELS, { default: 'info' }),
    telemetry: telemetrySettings(settings),
  };
}

/** Where the store is. What makes a process fail on purpose has no place there unless it is on this machine. */
function storeEndpoint(settings: SettingsReader): string {
  const endpoint = settings.secret('COSMOS_ENDPOINT');
  const names = ['FAULTS_DIR', 'NODE_ENV', 'KEY_VAULT_URI'];
  const env = Object.fromEntries(names.map((name) => [name, settings.optionalText(name)]));
  const refusal = refusalOfFaults(env, endpoint);
  if (refusal !== undefined) settings.complain('FAULTS_DIR', refusal);
  return endpoint;
}

function portDefault(port: number | undefined): { default?: number } {
  return port === undefined ? {} : { default: port };
}

function serviceBusSettings(settings: SettingsReader): ServiceBusConnection {
  const connectionString = settings.optionalSecret('SERVICE_BUS_CONNECTION_STRING');
  if (connectionString !== undefined) return { connectionString };
  const namespace = settings.optionalText('SERVICE_BUS_NAMESPACE');
  if (namespace !== undefined) return { namespace };
  settings.complain('SERVICE_BUS_CONNECTION_STRING or SERVICE_BUS_NAMESPACE', 'is missing');
  return {};
}
