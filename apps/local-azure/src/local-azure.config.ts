import { RANGES_MAX } from './cosmos/partition-ranges.js';
import type { LocalAzureOptions } from './start-local-azure.js';

/** More than any account has. */
const REQUEST_UNITS_PER_SECOND_MAX = 1_000_000;

/** The settings of the stand-alone process. */
export type LocalAzureConfig = Required<Pick<LocalAzureOptions, 'dataDir' | 'host' | 'ports' | 'cosmosRanges'>> &
  Pick<LocalAzureOptions, 'cosmosRequestUnitsPerSecond' | 'faultControlPort'>;

/** Reads the environment: `DATA_DIR`, `HOST`, `AMQP_PORT`, `COSMOS_PORT`, `COSMOS_RANGES`, `COSMOS_RU_PER_SECOND`, `FAULT_CONTROL` (`true`) and `FAULT_PORT`. Throws. */
export function readConfig(environment: NodeJS.ProcessEnv): LocalAzureConfig {
  return {
    dataDir: environment['DATA_DIR'] ?? '.data/local-azure',
    host: environment['HOST'] ?? '127.0.0.1',
    ports: { serviceBus: portOf(environment, 'AMQP_PORT', 5672), cosmos: portOf(environment, 'COSMOS_PORT', 8081) },
    cosmosRanges: wholeOf(environment, 'COSMOS_RANGES', 1, [1, RANGES_MAX]),
    cosmosRequestUnitsPerSecond:
      environment['COSMOS_RU_PER_SECOND'] === undefined
        ? undefined
        : wholeOf(environment, 'COSMOS_RU_PER_SECOND', 0, [1, REQUEST_UNITS_PER_SECOND_MAX]),
    faultControlPort: environment['FAULT_CONTROL'] === 'true' ? portOf(environment, 'FAULT_PORT', 5380) : undefined,
  };
}

const portOf = (environment: NodeJS.ProcessEnv, name: string, fallback: number): number =>
  wholeOf(environment, name, fallback, [0, 65_535]);

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
