import { orderOfBrokerKey } from '@ballast/contracts';
import { Decimal, decimal } from '@ballast/money';
import type { Callers } from './callers.js';
import type { VenueOrder } from '@ballast/venue';
import type { World } from './world.js';

/** An order as it is stored, in its book or in a row of its own. */
interface StoredOrder {
  readonly id: string;
  readonly profileId: string;
  readonly state: string;
  readonly isLive: boolean;
  readonly filled: string;
  readonly isUnsettled: boolean;
}

/** A record of the audit as it is stored. */
interface AuditRow {
  readonly id: string;
  readonly kind: string;
  readonly chainId: string;
  readonly position: number;
  readonly previousHash: string;
  readonly hash: string;
}

const ZERO = new Decimal(0);
const ENDS = ['filled', 'rejected', 'cancelled', 'expired'];
const OPEN_AT_BROKER = ['open', 'partially-filled'];

/** Why a world has not come to rest yet; nothing where it has. */
export function unrest(world: World, callers: Callers): string[] {
  const { bus, store, exchange, witness } = world;
  if (!callers.isDone || callers.areWaiting) return ['somebody waits for an answer'];
  const why = bus.left().map((message) => `not done with ${message}`);
  if (why.length > 0) return why;
  for (const { id } of witness.events) if (!bus.sent.has(id)) why.push(`${id} is not published`);
  const orders = ordersIn(store);
  for (const { id, state, isUnsettled } of orders) if (isUnsettled) why.push(`${id} is ${state} and unsettled`);
  const recorded = new Set(witness.executed.map(({ executionId }) => executionId));
  for (const { executionId } of exchange.fills)
    if (!recorded.has(executionId)) why.push(`${executionId} is not recorded`);
  for (const { kind, id } of store.documents('capital_ledgers'))
    if (kind === 'pending-transfer') why.push(`${String(id)} is on its way`);
  const openAtBroker = new Set<string | undefined>();
  for (const { brokerKey, status } of exchange.allOrders())
    if (OPEN_AT_BROKER.includes(status)) openAtBroker.add(orderOfBrokerKey(brokerKey)?.orderId);
  for (const { id, state, isLive } of orders)
    if (isLive !== openAtBroker.has(id))
      why.push(`${id} is ${state}, the broker ${isLive ? 'has not' : 'has'} it open`);
  return why;
}

/** Looks at everything once a world has come to rest: the eight promises, each from sources that know nothing of each other. */
export function judge(world: World, callers: Callers): void {
  const orders = ordersIn(world.store);
  judgeOrders(world, callers, orders);
  judgeExecutions(world);
  judgeLedger(world, orders);
  judgeEvents(world);
  judgeAudit(world);
  for (const { process, text } of world.oddities) world.witness.must(false, () => `${process}: ${text}`);
}

/** Every accepted order exists once and is at its end or open at the broker; a refused one had no effect. */
function judgeOrders(
  { witness, exchange, store }: World,
  { placed, refused }: Callers,
  orders: readonly StoredOrder[],
): void {
  const counts = new Map<string, number>();
  for (const { id } of orders) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const id of placed)
    witness.must(counts.get(id) === 1, () => `${id} was placed and is there ${counts.get(id) ?? 0} times`);
  for (const id of refused) witness.must(!counts.has(id), () => `${id} was refused and is there`);
  for (const { id } of orders) {
    const isAsked = placed.has(id) || witness.placed.get(id)?.intent === 'exit';
    witness.must(isAsked, () => `${id} is there and nobody was told of it`);
  }
  const atBroker = new Set(exchange.allOrders().map(({ brokerKey }) => orderOfBrokerKey(brokerKey)?.orderId));
  for (const id of refused) witness.must(!atBroker.has(id), () => `${id} was refused and is at the broker`);
  const atBrokerFilled = filledAtBroker({ fills: exchange.fills, allOrders: exchange.allOrders() });
  for (const { id, filled } of orders) {
    const sum = atBrokerFilled.get(id) ?? ZERO;
    witness.must(sum.eq(filled), () => `${id} has filled ${filled}, at the broker ${sum.toFixed()}`);
  }
  const trades = store.documents('trade_history');
  const closed = witness.events.filter(({ type }) => type === 'trade.closed.v1');
  witness.must(
    trades.length === closed.length,
    () => `${closed.length} trades were closed, ${trades.length} are known`,
  );
}

/** The broker's fills are our executions, none twice. */
function judgeExecutions({ witness, exchange }: World): void {
  const text = (one: {
    executionId: string;
    quantity: { toString(): string };
    price: { toString(): string };
  }): string =>
    `${one.executionId}: ${decimal(one.quantity.toString()).toFixed()} at ${decimal(one.price.toString()).toFixed()}`;
  const ours = witness.executed.map(text).sort();
  const theirs = exchange.fills.map(text).sort();
  witness.must(
    ours.join() === theirs.join(),
    () => `our executions are ${ours.join('; ')}, the broker's ${theirs.join('; ')}`,
  );
}

/** Every execution is posted once, and what is reserved is what open orders still need. */
function judgeLedger({ witness, profiles, store }: World, orders: readonly StoredOrder[]): void {
  for (const { orderId, executionNumber } of witness.executed) {
    const own = witness.postings.filter(
      (posting) =>
        posting.orderId === orderId &&
        (posting as { executionNumber?: number }).executionNumber === executionNumber &&
        posting.about.endsWith('-execution'),
    );
    witness.must(own.length === 1, () => `execution ${executionNumber} of ${orderId} is posted ${own.length} times`);
  }
  for (const { profileId } of profiles) {
    const needed = orders
      .filter((order) => order.profileId === profileId && order.isLive)
      .reduce((sum, order) => sum + stillHeld(witness, order), 0n);
    const reserved = witness.sumOf(profileId, 'reserved-for-orders');
    witness.must(reserved === needed, () => `${reserved} are reserved in ${profileId}, its open orders need ${needed}`);
    const onItsWay = witness.sumOf(profileId, 'in-transit');
    witness.must(onItsWay === 0n, () => `${onItsWay} of ${profileId} are on their way for ever`);
    const account = store.document('capital_ledgers', ['ballast', profileId], 'account') as
      { balances: Record<string, string> } | undefined;
    const available = witness.sumOf(profileId, 'available');
    witness.must(
      account?.balances['available'] === available.toString(),
      () => `${profileId} has ${account?.balances['available']} available, its postings come to ${available}`,
    );
  }
}

/** Every event was published and handled, and nothing was given up. */
function judgeEvents({ witness, bus }: World): void {
  const ids = new Set<string>();
  for (const { id } of witness.events) {
    witness.must(!ids.has(id), () => `${id} is the id of two events`);
    ids.add(id);
  }
  for (const message of bus.deadLetters()) witness.must(false, () => `${message} was given up`);
}

/** Every event has one record, and the records of a chain follow each other without a gap, each with the hash before it. */
function judgeAudit({ witness, store, bus }: World): void {
  const chains = new Map<string, AuditRow[]>();
  const recorded = new Set<string>();
  for (const row of store.documents('audit-events') as unknown as AuditRow[]) {
    if (row.kind !== 'record') continue;
    recorded.add(row.id);
    chains.set(row.chainId, [...(chains.get(row.chainId) ?? []), row]);
  }
  for (const id of bus.sent) witness.must(recorded.has(id), () => `${id} is not recorded`);
  witness.must(recorded.size === bus.sent.size, () => `${recorded.size} records of ${bus.sent.size} events`);
  for (const [chainId, rows] of chains) {
    rows.sort((left, right) => left.position - right.position);
    rows.forEach(({ id, position, previousHash }, index) => {
      const before = rows[index - 1];
      const follows = position === index + 1 && (before === undefined || previousHash === before.hash);
      witness.must(follows, () => `${id} does not follow the record before it in ${chainId}`);
    });
  }
}

/** What an entry keeps reserved: what was held when it got its terms, without the parts of what was filled since. */
function stillHeld({ placed, replaced, executed }: World['witness'], { id }: StoredOrder): bigint {
  const first = placed.get(id);
  if (first === undefined || first.intent === 'exit') return 0n;
  const { holdUnits = '0', revision = 0 } = { revision: 0, ...first, ...replaced.get(id) };
  const since = executed.filter((fill) => fill.orderId === id && (fill.revision ?? 0) === revision);
  return since.reduce((left, { holdPartUnits = '0' }) => left - BigInt(holdPartUnits), BigInt(holdUnits));
}

/** What the broker has filled of each of our orders, whichever of a pair it filled. */
function filledAtBroker({ fills, allOrders }: { fills: World['exchange']['fills']; allOrders: readonly VenueOrder[] }) {
  const orderOf = new Map<string, string>();
  for (const order of allOrders) {
    const { orderId } = orderOfBrokerKey(order.brokerKey) ?? {};
    if (orderId === undefined) continue;
    for (const { venueOrderId } of [order, ...(order.legs ?? [])]) orderOf.set(venueOrderId, orderId);
  }
  const filled = new Map<string, Decimal>();
  for (const { venueOrderId, quantity } of fills) {
    const orderId = orderOf.get(venueOrderId) ?? '';
    filled.set(orderId, (filled.get(orderId) ?? ZERO).plus(quantity));
  }
  return filled;
}

function ordersIn(store: World['store']): StoredOrder[] {
  return store.documents('trade_orders').flatMap((document): StoredOrder[] => {
    const profileId = String(document['profileId']);
    if (document['kind'] === 'order') return [storedOrder(String(document['id']), profileId, document, false)];
    if (document['kind'] !== 'book') return [];
    const live = document['live'] as Record<string, Record<string, unknown>>;
    return Object.entries(live).map(([id, order]) => storedOrder(id, profileId, order, true));
  });
}

function storedOrder(
  id: string,
  profileId: string,
  fields: Readonly<Record<string, unknown>>,
  isLive: boolean,
): StoredOrder {
  const state = String(fields['state']);
  const isResting = state === 'open' || state === 'partially-filled';
  const isWaiting = fields['pendingCancel'] === true || fields['replacement'] !== undefined;
  return {
    id,
    profileId,
    state,
    isLive,
    filled: String(fields['filledQuantity'] ?? '0'),
    isUnsettled: isLive ? !isResting || isWaiting : !ENDS.includes(state),
  };
}
