import { setTimeout as delay } from 'node:timers/promises';
import { Latencies } from './latencies.js';

/** How many orders come in a second, and for how long. */
export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

/** What became of a stretch of arrivals. */
export interface Arrived {
  /** When each accepted order was to be placed, milliseconds since 1970, by its id. */
  readonly dueAtMs: ReadonlyMap<string, number>;
  /** From when an order was due until it was accepted. */
  readonly accept: Latencies;
  readonly failed: number;
  /** Why the first that failed did. */
  readonly failure?: unknown;
  /** When the first was due. */
  readonly sinceMs: number;
}

/**
 * Places orders when they are due, whether or not earlier ones are answered, and counts from then on: so that a server which
 * stalls is seen to delay all that would have come meanwhile. Throws once `signal` says that the time is over.
 */
export async function arrive(
  { perSecond, seconds }: Pace,
  place: (turn: number) => Promise<string>,
  signal?: AbortSignal,
): Promise<Arrived> {
  const sinceMs = Date.now();
  const start = performance.now();
  const dueAtMs = new Map<string, number>();
  const accept = new Latencies();
  const under = new Set<Promise<void>>();
  let failed = 0;
  let failure: unknown;
  const one = async (turn: number, afterMs: number): Promise<void> => {
    try {
      dueAtMs.set(await place(turn), sinceMs + afterMs);
      accept.add(performance.now() - start - afterMs);
    } catch (error) {
      failed += 1;
      failure ??= error;
    }
  };
  for (let turn = 0; turn < perSecond * seconds; turn += 1) {
    const afterMs = (turn * 1_000) / perSecond;
    const early = afterMs - (performance.now() - start);
    if (early > 1) await delay(early);
    signal?.throwIfAborted();
    const placed = one(turn, afterMs);
    under.add(placed);
    void placed.finally(() => under.delete(placed));
  }
  await Promise.all(under);
  return { dueAtMs, accept, failed, failure, sinceMs };
}
