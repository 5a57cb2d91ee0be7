import { randomUUID } from 'node:crypto';

/** A fault that can be ordered, declared by the half of the server that it befalls. */
export interface FaultKind {
  /** Kebab-case, unique over both halves, for example `server-busy`. */
  readonly kind: string;
  readonly half: 'service-bus' | 'cosmos';
  /** What happens, in a sentence; shown in the list. */
  readonly effect: string;
  /** Whether it needs `delayMs`. */
  readonly delays?: boolean;
  /** A fault that happens once and at once: does it to a target (undefined is everything) and tells how many it hit. */
  readonly perform?: (target: string | undefined) => number | Promise<number>;
  /** Told after a fault of this kind that lasts was ordered, cleared or used up. */
  readonly changed?: () => void;
}

/** What is asked for. */
export interface FaultOrder {
  readonly kind: string;
  /** The entity or container it befalls, whatever its case; undefined is every one. */
  readonly target?: string;
  /** How many of a hundred operations it befalls, drawn from `seed`; 100 unless said. */
  readonly percent?: number;
  /** How many operations it befalls before it is used up; until cleared unless said. */
  readonly count?: number;
  readonly delayMs?: number;
  /** The same seed gives the same draws; 1 unless said. */
  readonly seed?: number;
}

/** A fault that lasts, as it stands. */
export interface StandingFault extends Required<Omit<FaultOrder, 'target' | 'count' | 'delayMs'>> {
  readonly id: string;
  readonly target: string | null;
  /** Operations it will still befall; null is until cleared. */
  readonly remaining: number | null;
  readonly delayMs: number | null;
  /** Operations it has befallen. */
  readonly hits: number;
}

/** A kind in the list. */
export type ListedKind = Pick<FaultKind, 'kind' | 'half' | 'effect'> & { readonly lasts: boolean };

interface Armed {
  readonly id: string;
  readonly order: FaultOrder;
  readonly draw: () => number;
  remaining: number;
  hits: number;
}

const PERCENT_ALL = 100;
const SEED_DEFAULT = 1;
/** Faults that last at the same time; more are refused. */
const ARMED_MAX = 1_000;

/** An order that cannot be carried out; the message says why. */
export class FaultOrderError extends Error {
  override readonly name = 'FaultOrderError';
}

/**
 * The faults of both halves. A half declares its kinds at the start and asks `take` where an operation may fail;
 * without an order nothing ever fails.
 */
export class Faults {
  private readonly kinds = new Map<string, FaultKind>();
  private readonly armed = new Map<string, Armed[]>();

  /** Throws when the kind is declared already. */
  declare(kind: FaultKind): void {
    if (this.kinds.has(kind.kind)) throw new Error(`The fault '${kind.kind}' is declared twice.`);
    this.kinds.set(kind.kind, kind);
  }

  /** Carries an order out, or lets it stand from now on. Throws FaultOrderError. */
  async order(order: FaultOrder): Promise<{ hits: number } | StandingFault> {
    const kind = this.kinds.get(order.kind);
    if (kind === undefined) throw new FaultOrderError(`There is no fault '${order.kind}'.`);
    if (kind.perform !== undefined) return { hits: await kind.perform(order.target) };
    if (kind.delays === true && order.delayMs === undefined) {
      throw new FaultOrderError(`The fault '${order.kind}' needs delayMs.`);
    }
    if (this.standing().length >= ARMED_MAX) throw new FaultOrderError(`No more than ${ARMED_MAX} faults may stand.`);
    const { count = Infinity, seed = SEED_DEFAULT } = order;
    const fault: Armed = { id: randomUUID(), order, draw: drawsOf(seed), remaining: count, hits: 0 };
    this.armed.set(order.kind, [...(this.armed.get(order.kind) ?? []), fault]);
    kind.changed?.();
    return shown(fault);
  }

  /** Whether an operation on this entity or container is befallen now; if so it counts as one, and may be delayed. */
  take(kind: string, target: string): { readonly delayMs: number } | undefined {
    const fault = this.armed.get(kind)?.find((one) => strikes(one, target));
    if (fault === undefined) return undefined;
    fault.hits += 1;
    fault.remaining -= 1;
    if (fault.remaining === 0) this.clear(fault.id);
    return { delayMs: fault.order.delayMs ?? 0 };
  }

  /** Whether a fault of this kind stands for this entity or container; counts nothing. */
  stands(kind: string, target: string): boolean {
    return this.armed.get(kind)?.some((fault) => isFor(fault, target)) ?? false;
  }

  /** Ends one fault, or all of them; tells how many ended. */
  clear(id?: string): number {
    let cleared = 0;
    for (const [kind, faults] of this.armed) {
      const left = id === undefined ? [] : faults.filter((fault) => fault.id !== id);
      if (left.length === faults.length) continue;
      cleared += faults.length - left.length;
      if (left.length === 0) this.armed.delete(kind);
      else this.armed.set(kind, left);
      this.kinds.get(kind)?.changed?.();
    }
    return cleared;
  }

  standing(): StandingFault[] {
    return [...this.armed.values()].flat().map(shown);
  }

  listed(): ListedKind[] {
    return [...this.kinds.values()].map(({ kind, half, effect, perform }) => {
      return { kind, half, effect, lasts: perform === undefined };
    });
  }
}

function isFor({ order }: Armed, target: string): boolean {
  return order.target === undefined || order.target.toLowerCase() === target.toLowerCase();
}

function strikes(fault: Armed, target: string): boolean {
  const { percent = PERCENT_ALL } = fault.order;
  return isFor(fault, target) && (percent >= PERCENT_ALL || fault.draw() < percent / PERCENT_ALL);
}

function shown({ id, order, remaining, hits }: Armed): StandingFault {
  return {
    id,
    kind: order.kind,
    target: order.target ?? null,
    percent: order.percent ?? PERCENT_ALL,
    remaining: remaining === Infinity ? null : remaining,
    delayMs: order.delayMs ?? null,
    seed: order.seed ?? SEED_DEFAULT,
    hits,
  };
}

const GOLDEN_STEP = 0x9e3779b9;
const RANGE = 2 ** 32;

/** Even draws from [0, 1) that a seed decides: a counter stepped by the golden ratio and mixed (the splitmix scheme). */
function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + GOLDEN_STEP) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / RANGE;
  };
}
