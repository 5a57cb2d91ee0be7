import type { Venue } from '@ballast/venue';
import { Clock } from '@ballast/service-host';
import { ControlSwitch } from '../../../orders/src/adapters/control-switch.js';
import { EventsConsumer } from '../../../orders/src/adapters/events.consumer.js';
import { LiveOrderList } from '../../../orders/src/adapters/live-order-list.js';
import { LockKeeper } from '../../../orders/src/adapters/lock-keeper.js';
import { Market } from '../../../orders/src/adapters/market.js';
import { OrderBooks } from '../../../orders/src/adapters/order-books.js';
import { PlacementDesk } from '../../../orders/src/adapters/placement-desk.js';
import { ExpiryTimer } from '../../../orders/src/adapters/expiry-timer.js';
import { RuntimeLock } from '../../../orders/src/adapters/runtime-lock.js';
import { TradingPermit } from '../../../orders/src/adapters/trading-permit.js';
import { TriggerTimer } from '../../../orders/src/adapters/trigger-timer.js';
import { VenueUpdates } from '../../../orders/src/adapters/venue-updates.js';
import { CancelAtVenue } from '../../../orders/src/cancel-at-venue.js';
import { CancelOpenOrders } from '../../../orders/src/cancel-open-orders.js';
import { ChangeControls } from '../../../orders/src/change-controls.js';
import { EndCapitalWait } from '../../../orders/src/end-capital-wait.js';
import { EnforceControls } from '../../../orders/src/enforce-controls.js';
import { ExpireOrders } from '../../../orders/src/expire-orders.js';
import { HealFromVenue } from '../../../orders/src/heal-from-venue.js';
import { HearExecution } from '../../../orders/src/hear-execution.js';
import { NoteShortfall } from '../../../orders/src/note-shortfall.js';
import { OpenBook } from '../../../orders/src/open-book.js';
import { FACTS } from '../../../orders/src/domain/given-placement.js';
import { PlaceExits } from '../../../orders/src/place-exits.js';
import { PlaceOrder } from '../../../orders/src/place-order.js';
import { RecordExecution } from '../../../orders/src/record-execution.js';
import { RecordListedExecutions } from '../../../orders/src/record-listed-executions.js';
import { RecordMissedExecutions } from '../../../orders/src/record-missed-executions.js';
import { RecordTrade } from '../../../orders/src/record-trade.js';
import { RejectOrder } from '../../../orders/src/reject-order.js';
import { RejectReplacement } from '../../../orders/src/reject-replacement.js';
import { ReplaceAtVenue } from '../../../orders/src/replace-at-venue.js';
import { RequestCancel } from '../../../orders/src/request-cancel.js';
import { RequestReplace } from '../../../orders/src/request-replace.js';
import { SettleFromVenue } from '../../../orders/src/settle-from-venue.js';
import { SettleReplacement } from '../../../orders/src/settle-replacement.js';
import { SubmitOrder } from '../../../orders/src/submit-order.js';
import { TriggerOrders } from '../../../orders/src/trigger-orders.js';
import type { OrdersWeakness } from './guards.js';
import type { Replica } from './replica.js';

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

/** Wires one replica of orders by hand, as its module does, and starts it. */
export async function startOrders(
  replica: Replica,
  venue: Venue,
  { ignoresRefusals = false }: OrdersWeakness = {},
): Promise<OrdersDoor> {
  const clock = new Clock();
  const { log } = replica;
  const store = replica.container('trade_orders');
  const switches = new ControlSwitch(replica.container('trading_controls'), clock);
  const permit = new TradingPermit(switches, clock);
  const books = new OrderBooks(store, clock);
  const live = new LiveOrderList(store);
  const cancel = new RequestCancel(books, clock);
  const record = new RecordExecution(books, log, venue);
  const listed = new RecordListedExecutions(books, record, venue);
  const replacement = new SettleReplacement(books, listed, clock, venue);
  const settle = new SettleFromVenue(books, listed, replacement, clock, venue);
  const hearExecution = new HearExecution(books, record, replacement);
  const market = new Market(venue, clock);
  const expire = new ExpireOrders(live, books, cancel, clock, log);
  const triggers = new TriggerOrders(live, books, market, clock, log, LIMITS);
  const desk = new PlacementDesk(market, clock, LIMITS);
  const enforce = new EnforceControls(switches, permit, new CancelOpenOrders(live, cancel), clock, venue);
  const submit = new SubmitOrder(books, permit, settle, clock, LIMITS, venue);
  const consumer = new EventsConsumer(
    new OpenBook(books),
    submit,
    ignoresRefusals ? (submit as unknown as RejectOrder) : new RejectOrder(books),
    new CancelAtVenue(books, settle, permit, venue),
    new ReplaceAtVenue(books, permit, replacement, clock, venue),
    new RejectReplacement(books),
    enforce,
    new NoteShortfall(books),
    new PlaceExits(books, permit, clock),
    new RecordTrade(replica.container('trade_history')),
  );
  const heal = new HealFromVenue(live, settle, clock, log, venue);
  const missed = new RecordMissedExecutions(hearExecution, clock, log, venue);
  const updates = new VenueUpdates(hearExecution, settle, heal, missed, log, venue);
  const keeper = new LockKeeper(new RuntimeLock(replica.container('runtime_locks'), LOCK_NAME, clock), updates, log);
  updates.onlyWhile(() => keeper.owns);
  new ExpiryTimer(expire, new EndCapitalWait(live, books, clock, log), log).onApplicationBootstrap();
  new TriggerTimer(triggers, log).onApplicationBootstrap();
  void keeper.start();
  await replica.relay(['trade_orders', 'trading_controls']);
  await replica.hear(['accounts', 'ledger', 'orders'], [consumer]);
  return {
    books,
    place: new PlaceOrder(books, desk, permit, clock, expire, triggers, store),
    cancel,
    replace: new RequestReplace(books, desk, permit, expire, store),
    controls: new ChangeControls(switches, permit, enforce, log),
  };
}
