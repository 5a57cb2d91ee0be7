import type { KillPoint } from '@ballast/faults';
import { seededRandom } from '../../../paper-venue/src/domain/random.js';
import type { Random } from '../../../paper-venue/src/domain/random.js';
import type { SwitchedService } from './fault-stage.js';

/** One thing that goes wrong. */
export type Disturbance =
  | { readonly kind: 'kill'; readonly victim: string; readonly awayMs: number }
  | { readonly kind: 'stall'; readonly victim: string; readonly forMs: number }
  | { readonly kind: 'kill-point'; readonly service: SwitchedService; readonly point: KillPoint }
  | { readonly kind: 'azure'; readonly fault: object; readonly forMs?: number }
  | { readonly kind: 'venue'; readonly fault: object; readonly with?: object }
  | { readonly kind: 'link'; readonly link: string; readonly how: 'hold' | 'slow' | 'cut'; readonly forMs: number }
  | { readonly kind: 'clock'; readonly service: SwitchedService; readonly offsetMs: number };

/** When it goes wrong, in milliseconds after the start of the round. */
export type Planned = Disturbance & { readonly atMs: number };

/** What there is to disturb. */
export interface Targets {
  /** Every process that may be ended. */
  readonly victims: readonly string[];
  readonly links: readonly string[];
  readonly roundMs: number;
}

/** Milliseconds between two disturbances, on average. */
const SPACING_MS = 1_500;
/** Milliseconds that a process is away at most before it is started again. */
const AWAY_MS_MAX = 10_000;
const STALL_MS_MAX = 6_000;
/** Milliseconds for which a disk is full, at most: nothing can be placed meanwhile, so that nothing else is tried. */
const FULL_MS_MAX = 8_000;
/** Of a hundred operations so many meet a fault of the local servers; never all, so that work goes on. */
const FAULT_PERCENT_MAX = 40;
/** How often such a fault strikes at most. */
const FAULT_COUNT_MAX = 60;
const CLOCK_STEP_MS_MAX = 20_000;

/** A kill point in a service. */
export interface Place {
  readonly service: SwitchedService;
  readonly point: KillPoint;
}

/** The kill points with the services whose code comes to them. */
export const PLACES: readonly Place[] = [
  { service: 'orders', point: 'after-venue-call' },
  ...(['orders', 'ledger'] as const).map((service) => ({ service, point: 'after-commit' }) as const),
  ...(['orders', 'ledger', 'audit'] as const).map((service) => ({ service, point: 'after-handling' }) as const),
];

const COSMOS_FAULTS = [
  'cosmos-throttled',
  'cosmos-retry-with',
  'cosmos-gone',
  'cosmos-unavailable',
  'cosmos-internal-error',
  'cosmos-timeout',
  'cosmos-done-and-timeout',
  'cosmos-request-lost',
  'cosmos-answer-lost',
  'cosmos-session-not-available',
];
/** What everything stands on. */
const SERVERS = ['local-azure', 'paper-venue'];
const BUS_FAULTS = ['server-busy', 'unreachable', 'duplicate-delivery'];
const AT_ONCE = ['connection-drop', 'link-detach', 'lock-expiry'];
const SUBSCRIPTIONS = ['orders/ledger', 'orders/orders', 'orders/audit', 'ledger/orders', 'ledger/audit'];

/** Orders that the broker took, of which neither its answers nor its stream tell: somebody has to ask. */
const UNHEARD: Disturbance = {
  kind: 'venue',
  fault: { kind: 'lost-answer', outcome: 'open', answer: 'drop', count: 3 },
  with: { kind: 'lose-updates', count: 9 },
};

/** The same seed and targets give the same plan: every kill point once, a server and any process killed, much said twice, something never said, in any order, and anything else in between. */
export function planOf(seed: string, { victims, links, roundMs }: Targets): Planned[] {
  const random = seededRandom(`${seed}:plan`);
  const count = Math.max(PLACES.length + 5, Math.floor(roundMs / SPACING_MS));
  const places = shuffled(PLACES, random).map((place): Disturbance => ({ kind: 'kill-point', ...place }));
  const always: Disturbance[] = [
    killed(pick(SERVERS, random), random),
    killed(pick(victims, random), random),
    { kind: 'azure', fault: { kind: 'duplicate-delivery', target: 'orders/ledger', percent: 60, count: 60 } },
    { kind: 'azure', fault: { kind: 'duplicate-delivery', target: 'ledger/audit', percent: 30, count: 40 } },
    { kind: 'venue', fault: { kind: 'duplicate-updates', copies: 2, count: 20 } },
    UNHEARD,
  ];
  const others = Array.from({ length: Math.max(2, count - places.length - always.length) }, () =>
    any(random, { victims, links }),
  );
  const all = shuffled([...places, ...always, ...others], random);
  return all.map((each, index) => ({ ...each, atMs: Math.floor(((index + 0.5) * roundMs) / all.length) }));
}

function any(random: Random, { victims, links }: Pick<Targets, 'victims' | 'links'>): Disturbance {
  const kind = random.integer(1, 20);
  if (kind <= 6) return killed(pick(victims, random), random);
  if (kind <= 8) return { kind: 'stall', victim: pick(victims, random), forMs: random.integer(500, STALL_MS_MAX) };
  if (kind <= 11) return { kind: 'azure', fault: lasting(COSMOS_FAULTS, random) };
  if (kind <= 13) return { kind: 'azure', fault: lasting(BUS_FAULTS, random) };
  if (kind === 14)
    return { kind: 'azure', fault: { kind: pick(AT_ONCE, random), target: pick(SUBSCRIPTIONS, random) } };
  if (kind === 15)
    return {
      kind: 'azure',
      fault: { kind: pick(['storage-full', 'cosmos-storage-full'], random) },
      forMs: random.integer(500, FULL_MS_MAX),
    };
  if (kind === 16)
    return {
      kind: 'clock',
      service: pick(['orders', 'ledger', 'audit', 'accounts'], random),
      offsetMs: stepOf(random),
    };
  if (kind <= 18 && links.length > 0)
    return {
      kind: 'link',
      link: pick(links, random),
      how: pick(['hold', 'slow', 'cut'], random),
      forMs: random.integer(500, STALL_MS_MAX),
    };
  return { kind: 'venue', fault: venueFault(random) };
}

const killed = (victim: string, random: Random): Disturbance => ({
  ...{ kind: 'kill', victim },
  awayMs: random.integer(0, AWAY_MS_MAX),
});

function lasting(kinds: readonly string[], random: Random): object {
  return {
    kind: pick(kinds, random),
    percent: random.integer(5, FAULT_PERCENT_MAX),
    count: random.integer(10, FAULT_COUNT_MAX),
    seed: random.integer(1, 1_000_000),
    delayMs: 10,
  };
}

/** Nothing that makes the broker break its own limits: what it fills after a cancel would be a shortfall of ours. */
function venueFault(random: Random): object {
  const faults: object[] = [
    {
      kind: 'lost-answer',
      outcome: pick(['filled', 'open', 'rejected', 'never-arrived'], random),
      answer: pick(['drop', 'error'], random),
      count: 2,
    },
    { kind: 'lost-answer', operation: 'cancel', answer: 'drop' },
    { kind: 'server-error', status: 500, operation: 'submit', count: 3 },
    { kind: 'rate-limit', status: 429, retryAfterS: 1, operation: 'submit', count: 2 },
    { kind: 'latency', delayMs: random.integer(200, 2_000), operation: 'submit', count: 5 },
    { kind: 'reject', message: 'not today', count: 2 },
    { kind: 'reorder-updates', count: 5 },
    { kind: 'lose-updates', count: 3 },
    { kind: 'drop-stream', count: 1 },
  ];
  return pick(faults, random);
}

const stepOf = (random: Random): number => random.integer(-CLOCK_STEP_MS_MAX, CLOCK_STEP_MS_MAX);

function pick<T>(from: readonly T[], random: Random): T {
  const found = from[random.integer(0, from.length - 1)];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.integer(0, left.length - 1), 1)[0] as T);
}

/** One line that a person can read. */
export function describeDisturbance({ kind, ...rest }: Disturbance): string {
  const { fault = {}, with: also = {}, ...own } = { fault: undefined, with: undefined, ...rest };
  const told = [fault, also, own];
  const said = told.flatMap(Object.entries).filter(([name]) => name !== 'atMs' && name !== 'seed');
  return `${kind} ${said.map(([name, value]) => `${name}=${value}`).join(' ')}`;
}
