import { topology } from '@ballast/contracts';
import { connectionText } from './connection-text.js';
import { readConfig } from './local-azure.config.js';
import { startLocalAzure } from './start-local-azure.js';
import { stopOnSignal } from './stop-on-signal.js';
import { readTopologyFile } from './topology-file.js';

try {
  const config = readConfig(process.env);
  const { topologyFile } = config;
  const declared = topologyFile === undefined ? topology : readTopologyFile(topologyFile);
  const azure = await startLocalAzure({ ...config, topology: declared });
  stopOnSignal(azure, (error) => console.error('✗ local-azure did not close:', error));
  console.log(connectionText(azure, config));
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
