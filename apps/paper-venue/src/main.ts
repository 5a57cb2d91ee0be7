import { startPaperVenue } from './paper-venue.js';
import { readConfig } from './paper-venue.config.js';

/** Starts the venue with the settings of the environment. */
export async function main(): Promise<void> {
  const config = readConfig(process.env);
  const venue = await startPaperVenue(config);
  console.log(`paper venue at ${venue.url}, keys in ${config.dataDir}/keys.json`);

  const stop = (): void => {
    void venue.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
