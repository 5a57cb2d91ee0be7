// Linted on purpose by the test run, which fails unless the boundary between projects is reported here.
import { startOrders } from '../../orders/src/index.js';

export const forbidden = startOrders;
