import type { ServiceBusConnection } from '@ballast/service-bus';
import { LOG_LEVELS, isAddressRange, readSettings, telemetrySettings } from '@ballast/service-host';
import type { LogLevel, SettingsReader, TelemetrySettings } from '@ballast/service-host';

const PORT_DEFAULT = 3000;

/** Where the services are that own what the gateway is asked for; no slash at the end. */
export interface OwnerUrls {
  readonly accounts: string;
  readonly orders: string;
  readonly ledger: string;
  readonly audit: string;
}

export interface GatewaySettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Absent, nothing is recorded. */
  readonly telemetry?: TelemetrySettings;
  readonly serviceBus: ServiceBusConnection;
  readonly owners: OwnerUrls;
  /** Addresses and ranges of the proxies before us, whose `X-Forwarded-For` is believed; nobody's where absent. */
  readonly trustedProxies?: readonly string[];
}

/** The only reader of the environment in this service; a missing setting stops the start with its name. */
export function readGatewaySettings(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<GatewaySettings> {
  return readSettings((settings) => declare(settings), env);
}

function declare(settings: SettingsReader): GatewaySettings {
  // What makes a process fail on purpose is for services that can tell that they work on a local store.
  if (settings.optionalText('FAULTS_DIR') !== undefined) settings.complain('FAULTS_DIR', 'is not for the gateway');
  return {
    host: settings.text('HOST', { default: '127.0.0.1' }),
    port: settings.integer('PORT', { min: 0, max: 65_535, default: PORT_DEFAULT }),
    logLevel: settings.word('LOG_LEVEL', LOG_LEVELS, { default: 'info' }),
    telemetry: telemetrySettings(settings),
    serviceBus: serviceBusSettings(settings),
    owners: {
      accounts: urlOf(settings, 'ACCOUNTS_URL'),
      orders: urlOf(settings, 'ORDERS_URL'),
      ledger: urlOf(settings, 'LEDGER_URL'),
      audit: urlOf(settings, 'AUDIT_URL'),
    },
    trustedProxies: rangesOf(settings, 'TRUSTED_PROXIES'),
  };
}

function rangesOf(settings: SettingsReader, name: string): string[] {
  const ranges = (settings.optionalText(name) ?? '')
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '');
  if (!ranges.every(isAddressRange)) settings.complain(name, 'must be addresses or ranges in CIDR notation');
  return ranges;
}

function urlOf(settings: SettingsReader, name: string): string {
  const url = settings.text(name).replace(/\/+$/, '');
  if (url !== '' && !URL.canParse(url)) settings.complain(name, 'must be a URL');
  return url;
}

function serviceBusSettings(settings: SettingsReader): ServiceBusConnection {
  const connectionString = settings.optionalSecret('SERVICE_BUS_CONNECTION_STRING');
  if (connectionString !== undefined) return { connectionString };
  const namespace = settings.optionalText('SERVICE_BUS_NAMESPACE');
  if (namespace !== undefined) return { namespace };
  settings.complain('SERVICE_BUS_CONNECTION_STRING or SERVICE_BUS_NAMESPACE', 'is missing');
  return {};
}
