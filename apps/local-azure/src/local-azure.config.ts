import type { LocalAzureOptions } from './start-local-azure.js';

/** The settings of the stand-alone process. */
export type LocalAzureConfig = Required<Pick<LocalAzureOptions, 'dataDir' | 'host' | 'ports'>> &
  Pick<LocalAzureOptions, 'faultControlPort'>;

/** Reads the environment: `DATA_DIR`, `HOST`, `AMQP_PORT`, `COSMOS_PORT`, `FAULT_CONTROL` (`true`) and `FAULT_PORT`. Throws. */
export function readConfig(environment: NodeJS.ProcessEnv): LocalAzureConfig {
  return {
    dataDir: environment['DATA_DIR'] ?? '.data/local-azure',
    host: environment['HOST'] ?? '127.0.0.1',
    ports: { serviceBus: portOf(environment, 'AMQP_PORT', 5672), cosmos: portOf(environment, 'COSMOS_PORT', 8081) },
    faultControlPort: environment['FAULT_CONTROL'] === 'true' ? portOf(environment, 'FAULT_PORT', 5380) : undefined,
  };
}

function portOf(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const port = Number(environment[name] ?? fallback);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} must be a port number.`);
  return port;
}
