import type { Venue } from '@ballast/venue';
import { Clock, ServiceLog, storeToken } from '@ballast/service-host';
import { EventsConsumer } from '../../../orders/src/adapters/events.consumer.js';
import { ExpiryTimer } from '../../../orders/src/adapters/expiry-timer.js';
import { LockKeeper } from '../../../orders/src/adapters/lock-keeper.js';
import { OrderBooks } from '../../../orders/src/adapters/order-books.js';
import { RuntimeLock } from '../../../orders/src/adapters/runtime-lock.js';
import { TriggerTimer } from '../../../orders/src/adapters/trigger-timer.js';
import { VENUE } from '../../../orders/src/adapters/venue-calls.js';
import { VenueUpdates } from '../../../orders/src/adapters/venue-updates.js';
import { ChangeControls } from '../../../orders/src/change-controls.js';
import { FACTS } from '../../../orders/src/domain/given-placement.js';
import { RISK_LIMITS } from '../../../orders/src/orders.config.js';
import { PlaceOrder } from '../../../orders/src/place-order.js';
import { RejectOrder } from '../../../orders/src/reject-order.js';
import { RequestCancel } from '../../../orders/src/request-cancel.js';
import { RequestReplace } from '../../../orders/src/request-replace.js';
import { SubmitOrder } from '../../../orders/src/submit-order.js';
import type { OrdersWeakness } from './guards.js';
import type { Replica } from './replica.js';
import { Wiring } from './wiring.js';

/** What of one replica of orders callers may ask for. */
export interface OrdersDoor {
  readonly books: OrderBooks;
  readonly place: PlaceOrder;
  readonly cancel: RequestCancel;
  readonly replace: RequestReplace;
  readonly controls: ChangeControls;
}

/** Limits that seldom keep anybody from anything. */
const LIMITS = {
  ...FACTS.limits,
  dailyLossUsdMax: FACTS.limits.orderNotionalUsdMax.times(1_000),
  lossesInARowMax: 1_000,
};
/** The one account at the broker. */
const LOCK_NAME = 'venue-stream:simulated';
const CONTAINERS = ['trade_orders', 'trade_history', 'trading_controls', 'runtime_locks'];

/** Starts one replica of orders. */
export async function startOrders(
  replica: Replica,
  venue: Venue,
  { ignoresRefusals = false }: OrdersWeakness = {},
): Promise<OrdersDoor> {
  const wiring = wiringOf(replica, venue);
  if (ignoresRefusals) Object.assign(wiring.get(RejectOrder), { execute: heldAllTheSame(wiring.get(SubmitOrder)) });
  beginToHear(replica, wiring);
  wiring.get(ExpiryTimer).onApplicationBootstrap();
  wiring.get(TriggerTimer).onApplicationBootstrap();
  await replica.relay(['trade_orders', 'trading_controls']);
  await replica.hear(['accounts', 'ledger', 'orders'], [wiring.get(EventsConsumer)]);
  return {
    books: wiring.get(OrderBooks),
    place: wiring.get(PlaceOrder),
    cancel: wiring.get(RequestCancel),
    replace: wiring.get(RequestReplace),
    controls: wiring.get(ChangeControls),
  };
}

function wiringOf(replica: Replica, venue: Venue): Wiring {
  return new Wiring([
    [Clock, new Clock()],
    [ServiceLog, replica.log],
    [VENUE, venue],
    [RISK_LIMITS, LIMITS],
    ...CONTAINERS.map((name) => [storeToken(name), replica.container(name)] as const),
  ]);
}

/** Competes for the stream of the account. */
function beginToHear(replica: Replica, wiring: Wiring): void {
  const updates = wiring.get(VenueUpdates);
  const lock = new RuntimeLock(replica.container('runtime_locks'), LOCK_NAME, wiring.get(Clock));
  const keeper = new LockKeeper(lock, updates, replica.log);
  updates.onlyWhile(() => keeper.owns);
  void keeper.start();
}

function heldAllTheSame(submit: SubmitOrder): RejectOrder['execute'] {
  return ({ profileId, orderId }) => submit.execute({ profileId, orderId });
}
