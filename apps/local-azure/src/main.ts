import { topology } from '@ballast/contracts';
import { pino } from 'pino';
import { readConfig } from './local-azure.config.js';
import { startLocalAzure } from './start-local-azure.js';
import { stopOnSignal } from './stop-on-signal.js';

/** Starts the local servers with the settings of the environment. */
export async function main(): Promise<void> {
  const log = pino({ name: 'local-azure' });
  const config = readConfig(process.env);
  const azure = await startLocalAzure({ ...config, topology });
  const [serviceBus] = azure.serviceBusConnectionString.split(';');
  const faults = azure.faultControl?.endpoint;
  log.info({ cosmos: azure.cosmosEndpoint, serviceBus, faults, dataDir: config.dataDir }, 'local-azure is ready');
  stopOnSignal(azure, (error) => log.error({ error }, 'local-azure did not close'));
}
