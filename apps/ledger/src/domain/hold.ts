import { Decimal } from '@ballast/money';

/**
 * Where a hold stands; `tombstone` is the mark of an order that ended before its placement was heard. Nothing is
 * reserved any more unless it is `held`.
 */
export type HoldState = 'held' | 'resolved' | 'declined' | 'tombstone';

/** The executions of an order that are posted: all up to a number, and those that came ahead of a missing one. */
export interface PostedExecutions {
  readonly upTo: number;
  /** Ascending. */
  readonly ahead: readonly number[];
}

/** Capital reserved for an order, and how far it is spoken for. Amounts in whole units. */
export interface Hold {
  readonly orderId: string;
  readonly state: HoldState;
  /** What was reserved when the terms of the order became what they are. */
  readonly units: bigint;
  /** What executions have taken since then. */
  readonly used: bigint;
  /** What is still reserved. */
  readonly remaining: bigint;
  /** What of that is reserved for terms that were asked for and are not there yet. */
  readonly raised: bigint;
  /** What was executed before the terms became what they are. */
  readonly base: Decimal;
  /** The replacement whose terms they are; 0 for those of the placement. */
  readonly revision: number;
  /** The last replacement for which capital was asked, and the last of which it is known what became of it. */
  readonly asked: number;
  readonly settled: number;
  readonly posted: PostedExecutions;
  /** How many executions the order has in all; undefined until its end is heard of. */
  readonly executions: number | undefined;
}

/** What can happen to a hold. */
export type HoldEvent =
  | { readonly kind: 'held'; readonly units: bigint }
  | { readonly kind: 'declined' }
  | { readonly kind: 'end-noted'; readonly executions: number }
  | { readonly kind: 'execution-posted'; readonly number: number; readonly usedUnits: bigint }
  | { readonly kind: 'raised'; readonly revision: number; readonly units: bigint }
  | { readonly kind: 'raise-declined'; readonly revision: number }
  /** `units` is what is needed from now on, `quantity` what is executed so far. */
  | { readonly kind: 'replaced'; readonly revision: number; readonly units: bigint; readonly quantity: Decimal }
  | { readonly kind: 'replace-rejected'; readonly revision: number }
  | { readonly kind: 'released' };

/** Every legal pair; an absent one throws. Executions are posted whatever the state: what the broker did is a fact. */
const TRANSITIONS: Readonly<Record<HoldState | 'none', Partial<Record<HoldEvent['kind'], HoldState>>>> = {
  none: { held: 'held', declined: 'declined', 'end-noted': 'tombstone' },
  held: {
    'end-noted': 'held',
    'execution-posted': 'held',
    raised: 'held',
    'raise-declined': 'held',
    replaced: 'held',
    'replace-rejected': 'held',
    released: 'resolved',
  },
  resolved: { 'end-noted': 'resolved', 'execution-posted': 'resolved' },
  declined: { 'end-noted': 'declined', 'execution-posted': 'declined' },
  tombstone: { 'end-noted': 'tombstone', 'execution-posted': 'tombstone' },
};

const NOTHING = new Decimal(0);

/** Id of the row that keeps what became of an order's hold. */
export function holdIdOf(orderId: string): string {
  return `hold:${orderId}`;
}

/** Id of the event that places the order: the first version of its order, by the form that event ids have. */
export function placementIdOf(orderId: string): string {
  return `orders:${orderId}:1`;
}

/** The hold after the event; throws `RangeError` where the table has no such transition. */
export function evolveHold(orderId: string, hold: Hold | undefined, event: HoldEvent): Hold {
  const state = TRANSITIONS[hold?.state ?? 'none'][event.kind];
  if (state === undefined)
    throw new RangeError(`${event.kind} is impossible for the hold of ${orderId} (${hold?.state ?? 'none'})`);
  const before = hold ?? nothingHeld(orderId, state);
  switch (event.kind) {
    case 'held':
      return { ...before, units: event.units, remaining: event.units };
    case 'declined':
      return before;
    case 'end-noted':
      return { ...before, state, executions: Math.max(before.executions ?? 0, event.executions) };
    case 'execution-posted':
      return {
        ...before,
        state,
        used: before.used + event.usedUnits,
        remaining: before.remaining - event.usedUnits,
        posted: withPosted(before.posted, event.number),
      };
    case 'raised': {
      const [raised, remaining] = [before.raised + event.units, before.remaining + event.units];
      return { ...before, raised, remaining, asked: event.revision };
    }
    case 'raise-declined':
      return { ...before, asked: event.revision };
    case 'replaced':
      return replaced(before, event);
    case 'replace-rejected':
      return unraised(before, event.revision);
    case 'released':
      return { ...before, state, remaining: 0n, raised: 0n };
  }
}

/** Whether execution `number` is posted. */
export function isPosted({ upTo, ahead }: PostedExecutions, number: number): boolean {
  return number <= upTo || ahead.includes(number);
}

/** Whether the order has ended and every one of its executions is posted, so that the rest of the hold can go. */
export function isComplete(hold: Hold): boolean {
  return hold.executions !== undefined && hold.posted.upTo >= hold.executions;
}

/** Under other terms: from now on it holds what these need, or what there is where that is less. */
function replaced(before: Hold, { revision, units, quantity }: HoldEvent & { readonly kind: 'replaced' }): Hold {
  const remaining = least(before.remaining, units);
  const settled = { raised: 0n, revision, settled: revision };
  return { ...before, ...settled, units: remaining, used: 0n, remaining, base: quantity };
}

/** Under the terms as they were: without what was reserved for others. */
function unraised(before: Hold, revision: number): Hold {
  const remaining = least(before.remaining, before.units > before.used ? before.units - before.used : 0n);
  return { ...before, remaining, used: before.units - remaining, raised: 0n, settled: revision };
}

const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);

function nothingHeld(orderId: string, state: HoldState): Hold {
  const posted: PostedExecutions = { upTo: 0, ahead: [] };
  const replacements = { raised: 0n, base: NOTHING, revision: 0, asked: 0, settled: 0 };
  return { orderId, state, units: 0n, used: 0n, remaining: 0n, ...replacements, posted, executions: undefined };
}

function withPosted(posted: PostedExecutions, number: number): PostedExecutions {
  const ahead = [...posted.ahead, number].sort((left, right) => left - right);
  let upTo = posted.upTo;
  while (ahead[0] === upTo + 1) {
    upTo += 1;
    ahead.shift();
  }
  return { upTo, ahead };
}
