import 'reflect-metadata';
import { readGatewaySettings } from './gateway.config.js';
import { startGateway } from './start-gateway.js';

await startGateway(await readGatewaySettings());
