import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readGatewaySettings } from './gateway.config.js';
import { startGateway } from './start-gateway.js';

await startGateway(await settingsOrExit(readGatewaySettings()));
