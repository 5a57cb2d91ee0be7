import { topology } from '@ballast/contracts';
import { pino } from 'pino';
import { readConfig } from './local-azure.config.js';
import { startLocalAzure } from './start-local-azure.js';

const log = pino({ name: 'local-azure' });
const config = readConfig(process.env);
const azure = await startLocalAzure({ ...config, topology });
const [serviceBus] = azure.serviceBusConnectionString.split(';');
const faults = azure.faultControl?.endpoint;
log.info({ cosmos: azure.cosmosEndpoint, serviceBus, faults, dataDir: config.dataDir }, 'local-azure is ready');

const stop = (): void => {
  azure.close().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error({ error }, 'local-azure did not close');
      process.exit(1);
    },
  );
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
