import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readGatewaySettings } from './gateway.config.js';
import { startGateway } from './start-gateway.js';

/** Starts the service with the settings of its environment; ends the process where they are wrong. */
export async function main(): Promise<void> {
  await startGateway(await settingsOrExit(readGatewaySettings()));
}
