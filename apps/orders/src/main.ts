import 'reflect-metadata';
import { readOrdersSettings } from './orders.config.js';
import { startOrders } from './start-orders.js';

await startOrders(await readOrdersSettings());
