import { Failure } from '@ballast/contracts';
import type { Clock, ServiceLog } from '@ballast/service-host';
import type { Venue } from '@ballast/venue';
import { ControlSwitch } from '../adapters/control-switch.js';
import { LiveOrderList } from '../adapters/live-order-list.js';
import { Market } from '../adapters/market.js';
import { OrderBooks } from '../adapters/order-books.js';
import { PlacementDesk } from '../adapters/placement-desk.js';
import { TrailNotes } from '../adapters/trail-notes.js';
import { TradingPermit } from '../adapters/trading-permit.js';
import { CancelAtVenue } from '../cancel-at-venue.js';
import { CancelOpenOrders } from '../cancel-open-orders.js';
import { ChangeControls } from '../change-controls.js';
import { FACTS } from '../domain/given-placement.js';
import { EndCapitalWait } from '../end-capital-wait.js';
import { EnforceControls } from '../enforce-controls.js';
import { ExpireOrders } from '../expire-orders.js';
import { HearExecution } from '../hear-execution.js';
import { PlaceExits } from '../place-exits.js';
import { PlaceOrder } from '../place-order.js';
import { RecordExecution } from '../record-execution.js';
import { RecordListedExecutions } from '../record-listed-executions.js';
import { RejectOrder } from '../reject-order.js';
import { RejectReplacement } from '../reject-replacement.js';
import { ReplaceAtVenue } from '../replace-at-venue.js';
import { RequestCancel } from '../request-cancel.js';
import { RequestReplace } from '../request-replace.js';
import { SettleFromVenue } from '../settle-from-venue.js';
import { SettleReplacement } from '../settle-replacement.js';
import { ShrinkExits } from '../shrink-exits.js';
import { SubmitOrder } from '../submit-order.js';
import { TriggerOrders } from '../trigger-orders.js';
import type { MemoryStore } from './memory-store.js';

/** What one replica of orders works on. */
export interface Surroundings {
  readonly orders: MemoryStore;
  readonly controls: MemoryStore;
  readonly venue: Venue;
  readonly clock: Clock;
  /** Errors that were logged and are no failure of the world. */
  readonly bugs: unknown[];
}

/** No limit of the ladder is in the way of a long run. */
const LIMITS = {
  ...FACTS.limits,
  quoteAgeMsMax: Number.MAX_SAFE_INTEGER,
  dailyLossUsdMax: FACTS.limits.orderNotionalUsdMax.times(1_000),
  lossesInARowMax: Number.MAX_SAFE_INTEGER,
  shortSelling: true,
};

/** The verbs of one replica, with nothing in memory. */
export type Verbs = ReturnType<typeof verbsOf>;

/** Wires the real verbs; only who sees a change of the kill switch through is left to its event. */
export function verbsOf({ orders, controls, venue, clock, bugs }: Surroundings) {
  const store = orders.asContainer;
  const log = logInto(bugs);
  const switches = new ControlSwitch(controls.asContainer, clock);
  const permit = new TradingPermit(switches, clock);
  const books = new OrderBooks(store, clock);
  const live = new LiveOrderList(store);
  const requestCancel = new RequestCancel(books, clock);
  const record = new RecordExecution(books, log, venue);
  const listed = new RecordListedExecutions(books, record, venue);
  const replacement = new SettleReplacement(books, listed, clock, venue);
  const settle = new SettleFromVenue(books, listed, replacement, clock, venue);
  const expire = new ExpireOrders(live, books, clock, log);
  const market = new Market(venue, clock);
  const triggers = new TriggerOrders(live, books, market, new TrailNotes(store, clock), clock, log, LIMITS);
  const desk = new PlacementDesk(market, clock, LIMITS);
  const laterByItsEvent = { execute: async () => undefined } as unknown as EnforceControls;
  return {
    books,
    settle,
    requestCancel,
    expire,
    triggers,
    hear: new HearExecution(books, record, replacement),
    requestReplace: new RequestReplace(books, desk, permit, expire, triggers, store),
    replaceAtVenue: new ReplaceAtVenue(books, permit, replacement, triggers, clock, venue),
    rejectReplacement: new RejectReplacement(books),
    place: new PlaceOrder(books, desk, permit, clock, expire, triggers, store),
    submit: new SubmitOrder(books, permit, settle, clock, LIMITS, venue),
    reject: new RejectOrder(books),
    cancelAtVenue: new CancelAtVenue(books, settle, permit, venue),
    shrinkExits: new ShrinkExits(books, clock, venue),
    placeExits: new PlaceExits(books, permit, clock),
    endCapitalWait: new EndCapitalWait(live, books, clock, log, LIMITS),
    changeControls: new ChangeControls(switches, permit, laterByItsEvent, log),
    enforce: new EnforceControls(switches, permit, new CancelOpenOrders(live, requestCancel), clock, venue),
  };
}

/** Keeps what was logged beside a bug, which nobody throws. */
function logInto(bugs: unknown[]): ServiceLog {
  const keep = ({ err }: { err?: unknown }): void => {
    if (err !== undefined && !(err instanceof Failure)) bugs.push(err);
  };
  return { info: () => undefined, debug: () => undefined, warn: keep, error: keep } as unknown as ServiceLog;
}
