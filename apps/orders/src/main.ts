import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readOrdersSettings } from './orders.config.js';
import { startOrders } from './start-orders.js';

/** Starts the service with the settings of its environment; ends the process where they are wrong. */
export async function main(): Promise<void> {
  await startOrders(await settingsOrExit(readOrdersSettings()));
}
