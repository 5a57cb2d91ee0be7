import { DECIMAL_PATTERN } from '@ballast/money';
import { PAPER_VENUE_DEFAULTS, type PaperVenueOptions } from './paper-venue.js';

const PORT_DEFAULT = 3010;
const DATA_DIR_DEFAULT = '.data/paper-venue';
const PORT_MAX = 65_535;

/** Reads how to start from the environment; throws with the name of a variable that cannot be used. */
export function readConfig(environment: NodeJS.ProcessEnv): PaperVenueOptions {
  const initialCash = environment['INITIAL_CASH'] ?? PAPER_VENUE_DEFAULTS.initialCash;
  if (!DECIMAL_PATTERN.test(initialCash)) throw new Error('INITIAL_CASH must be a decimal');
  const barsPerSecond = numberOf(environment, 'BARS_PER_SECOND', PAPER_VENUE_DEFAULTS.barsPerSecond);
  if (barsPerSecond <= 0) throw new Error('BARS_PER_SECOND must be above 0');
  const port = numberOf(environment, 'PORT', PORT_DEFAULT);
  if (!Number.isInteger(port) || port > PORT_MAX) throw new Error(`PORT must be a whole number up to ${PORT_MAX}`);
  return {
    port,
    initialCash,
    barsPerSecond,
    host: environment['HOST'] ?? PAPER_VENUE_DEFAULTS.host,
    dataDir: environment['DATA_DIR'] ?? DATA_DIR_DEFAULT,
    control: booleanOf(environment, 'CONTROL'),
    shorting: booleanOf(environment, 'SHORTING'),
    seed: environment['SEED'] ?? PAPER_VENUE_DEFAULTS.seed,
  };
}

function numberOf(environment: NodeJS.ProcessEnv, name: string, standard: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return standard;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`${name} must be a number`);
  return Number(text);
}

function booleanOf(environment: NodeJS.ProcessEnv, name: string): boolean {
  const text = environment[name] ?? 'false';
  if (text !== 'true' && text !== 'false') throw new Error(`${name} must be true or false`);
  return text === 'true';
}
