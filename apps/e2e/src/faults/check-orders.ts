import { Decimal } from '@ballast/money';
import type { OrderExecutedV1 } from '@ballast/contracts/orders';
import type { Facts, Row, StoredProfile } from './facts.js';
import type { Placement } from './load.js';

/** An order as its row or its book says. */
export interface StoredOrder {
  readonly id: string;
  readonly state: string;
  readonly isLive: boolean;
  readonly row: Readonly<Record<string, unknown>>;
}

const ENDED: readonly string[] = ['filled', 'cancelled', 'expired', 'rejected'];
const RESTING: readonly string[] = ['open', 'partially-filled'];

/** Every order of the profile: what has ended has a row, what is live stands in the book. */
export function ordersOf({ orders }: StoredProfile): StoredOrder[] {
  const book = orders.find(({ kind }) => kind === 'book');
  const live = Object.entries((book?.['live'] ?? {}) as Record<string, Row>).map(([id, row]) => ({
    ...{ id, state: String(row['state']), isLive: true, row },
  }));
  const ended = orders.filter(({ kind }) => kind === 'order');
  return [...live, ...ended.map((row) => ({ id: row.id, state: String(row['state']), isLive: false, row }))];
}

/** 1: every accepted order exists exactly once and is terminal or open at the broker, who knows it once; a refused one had no effect. */
export function checkOrders(facts: Facts, placements: readonly Placement[]): string[] {
  return facts.profiles.flatMap((profile) => {
    const orders = ordersOf(profile);
    const mine = placements.filter(({ profileId }) => profileId === profile.id);
    const answered = new Map(mine.map(({ told }) => [told.body.orderId ?? '', told]));
    const counts = new Map<string, number>();
    for (const { id } of orders) counts.set(id, (counts.get(id) ?? 0) + 1);
    return [
      ...mine
        .filter(({ told }) => told.status === 202 && counts.get(told.body.orderId ?? '') !== 1)
        .map(
          ({ told }) =>
            `order ${told.body.orderId} was accepted and exists ${counts.get(told.body.orderId ?? '') ?? 0} times`,
        ),
      ...orders
        .filter(({ id, row }) => row['covers'] === undefined && !answered.has(id))
        .map(({ id }) => `order ${id} exists, and nobody was told so`),
      ...orders.flatMap((order) => stateFault(order, facts.restingAtBroker)),
      ...orders.flatMap(({ id }) => timesFault(id, facts.timesAtBroker.get(id))),
      ...mine
        .filter(({ told }) => told.status !== 202 && told.body.orderId !== undefined)
        .flatMap(({ told }) => effectsOf(told.body.orderId ?? '', profile, facts)),
    ];
  });
}

function stateFault({ id, state, isLive, row }: StoredOrder, restingAtBroker: ReadonlySet<string>): string[] {
  if (isLive === ENDED.includes(state)) return [`order ${id} is ${state} and ${isLive ? 'still live' : 'not live'}`];
  if (!isLive) return restingAtBroker.has(id) ? [`order ${id} is ${state}, and rests at the broker`] : [];
  if (!RESTING.includes(state) || row['pendingCancel'] === true || row['replacement'] !== undefined)
    return [`order ${id} hangs: ${state}${row['pendingCancel'] === true ? ', being cancelled' : ''}`];
  return restingAtBroker.has(id) ? [] : [`order ${id} is ${state}, and does not rest at the broker`];
}

function timesFault(id: string, times = 0): string[] {
  return times > 1 ? [`order ${id} was sent ${times} times, and the broker took each for another`] : [];
}

/** What a refused order must not have left. One that was accepted first, and rejected before anybody was answered, had its capital held. */
function effectsOf(orderId: string, { orders, ledger }: StoredProfile, { fills }: Facts): string[] {
  const isExecuted = fills.some((fill) => fill.orderId === orderId);
  const state = orders.find(({ id }) => id === orderId)?.['state'];
  const isPosted = state === undefined && ledger.some((row) => row.kind === 'posting' && row['orderId'] === orderId);
  return [
    ...(isExecuted ? [`refused order ${orderId} was executed`] : []),
    ...(isPosted ? [`refused order ${orderId} was posted`] : []),
    ...(state === undefined || state === 'rejected' ? [] : [`refused order ${orderId} is ${String(state)}`]),
  ];
}

/** 2: the broker's own file of fills equals our executions; none is there twice. The other exit of a pair has a name of the broker's. */
export function checkFills({ profiles, fills }: Facts): string[] {
  const ours = profiles.flatMap(({ events }) =>
    events.filter(({ type }) => type === 'order.executed.v1').map(({ data }) => data as OrderExecutedV1),
  );
  const byId = new Map<string, OrderExecutedV1[]>();
  for (const executed of ours) byId.set(executed.executionId, [...(byId.get(executed.executionId) ?? []), executed]);
  const known = new Set(fills.map(({ id }) => id));
  return [
    ...fills.flatMap((fill) => {
      const [first, second] = byId.get(fill.id) ?? [];
      if (first === undefined) return [`fill ${fill.id} of ${fill.orderId} is not recorded`];
      if (second !== undefined) return [`fill ${fill.id} of ${fill.orderId} is recorded twice`];
      const isSame =
        (fill.profileId === '' || first.orderId === fill.orderId) &&
        new Decimal(first.quantity).eq(fill.quantity) &&
        new Decimal(first.price).eq(fill.price);
      return isSame ? [] : [`fill ${fill.id} of ${fill.orderId} is recorded as another`];
    }),
    ...ours
      .filter(({ executionId }) => !known.has(executionId))
      .map(({ executionId, orderId }) => `execution ${executionId} of ${orderId} is not in the broker's file`),
  ];
}
