import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readOrdersSettings } from './orders.config.js';
import { startOrders } from './start-orders.js';

await settingsOrExit(readOrdersSettings().then((settings) => startOrders(settings)));
