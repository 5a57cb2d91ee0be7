import { readFileSync } from 'node:fs';
import { RANGES_MAX } from './cosmos/partition-ranges.js';
import type { TlsCredentials } from './http/tls.js';
import type { LocalAzureOptions } from './start-local-azure.js';

/** The settings of the stand-alone process. */
export type LocalAzureConfig = Required<
  Pick<LocalAzureOptions, 'dataDir' | 'host' | 'ports' | 'cosmosRanges' | 'cosmosEnforceThroughput'>
> &
  Pick<LocalAzureOptions, 'faultControlPort' | 'tls'> & {
    /** The file that says what exists from the start; that of the platform unless given. */
    readonly topologyFile: string | undefined;
  };

/**
 * Reads the environment: `DATA_DIR`, `HOST`, `AMQP_PORT`, `COSMOS_PORT`, `COSMOS_RANGES`, `COSMOS_ENFORCE_THROUGHPUT` (`true`),
 * `TLS_KEY_FILE` and `TLS_CERT_FILE` (both or none), `TOPOLOGY_FILE`, `FAULT_CONTROL` (`true`) and `FAULT_PORT`. Throws.
 */
export function readConfig(environment: NodeJS.ProcessEnv): LocalAzureConfig {
  return {
    dataDir: environment['DATA_DIR'] ?? '.data/local-azure',
    host: environment['HOST'] ?? '127.0.0.1',
    ports: { serviceBus: portOf(environment, 'AMQP_PORT', 5672), cosmos: portOf(environment, 'COSMOS_PORT', 8081) },
    cosmosRanges: wholeOf(environment, 'COSMOS_RANGES', 1, [1, RANGES_MAX]),
    cosmosEnforceThroughput: environment['COSMOS_ENFORCE_THROUGHPUT'] === 'true',
    tls: tlsOf(environment),
    topologyFile: environment['TOPOLOGY_FILE'],
    faultControlPort: environment['FAULT_CONTROL'] === 'true' ? portOf(environment, 'FAULT_PORT', 5380) : undefined,
  };
}

const portOf = (environment: NodeJS.ProcessEnv, name: string, fallback: number): number =>
  wholeOf(environment, name, fallback, [0, 65_535]);

function tlsOf({ TLS_KEY_FILE: key, TLS_CERT_FILE: cert }: NodeJS.ProcessEnv): TlsCredentials | undefined {
  if (key === undefined && cert === undefined) return undefined;
  if (key === undefined || cert === undefined) throw new Error('TLS_KEY_FILE and TLS_CERT_FILE are given both or not.');
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

function wholeOf(
  environment: NodeJS.ProcessEnv,
  name: string,
  fallback: number,
  [min, max]: readonly [number, number],
): number {
  const value = Number(environment[name] ?? fallback);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name} must be a whole number from ${min} to ${max}.`);
  }
  return value;
}
