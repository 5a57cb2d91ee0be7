export { startOrders } from './start-orders.js';
export type { OrdersSettings } from './orders.config.js';
