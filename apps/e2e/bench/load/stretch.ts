import { useOf } from '../process-use.js';
import { arrive } from './arrivals.js';
import type { Arrived, Pace } from './arrivals.js';
import { Latencies } from './latencies.js';

/** When what followed from an order had happened, milliseconds since 1970. */
export interface Milestones {
  readonly filledAtMs: number;
  readonly settledAtMs: number;
  readonly auditedAtMs: number;
}

/** What takes orders and is measured. */
export interface Side {
  readonly name: string;
  /** What is to be done before orders come, and is not measured. */
  prepare(): Promise<void>;
  /** Places an order and gives its id once it is accepted; throws otherwise. */
  place(turn: number): Promise<string>;
  /** Resolves once nothing follows from the accepted orders any more. */
  finished(arrived: Arrived): Promise<void>;
  /** What followed from the accepted orders, by id; what that costs is not theirs. */
  milestones(arrived: Arrived): Promise<ReadonlyMap<string, Milestones>>;
  /** The processes that do the work. */
  processes(): readonly { readonly name: string; readonly pid: number }[];
}

/** What one process used for each order, and the memory that it holds after all of them. */
export interface Used {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

/** What was measured of a side at one rate. */
export interface Stretch {
  readonly pace: Pace;
  readonly accept: Latencies;
  readonly filled: Latencies;
  readonly settled: Latencies;
  readonly audited: Latencies;
  /** Orders that were not accepted, or not audited by the end. */
  readonly lost: number;
  readonly used: ReadonlyMap<string, Used>;
}

/** Audited within so many milliseconds, 99 of 100, a rate is held: nothing piles up. */
const HELD_AUDITED_MS_MAX = 2_000;

/** Whether everything that came was accepted and done as fast as it came. */
export function isHeld({ audited, lost }: Stretch): boolean {
  return lost === 0 && audited.percentile(99) <= HELD_AUDITED_MS_MAX;
}

/** Milliseconds of CPU for an order, of all processes. */
export function cpuMsOf({ used }: Stretch): number {
  return [...used.values()].reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** What an order takes of each process, in words. */
export function cpuInWords({ used }: Pick<Stretch, 'used'>): string {
  return [...used].map(([name, { cpuMs }]) => `${name} ${cpuMs.toFixed(1)} ms`).join(', ');
}

/** Lets orders arrive at a side and measures what follows from them. Throws once `signal` says that the time is over. */
export async function stretch(side: Side, pace: Pace, signal?: AbortSignal): Promise<Stretch> {
  await side.prepare();
  const before = await usesOf(side);
  const arrived = await arrive(pace, (turn) => side.place(turn), signal);
  if (arrived.dueAtMs.size === 0) throw new Error(`${side.name} accepted nothing: ${String(arrived.failure)}`);
  await side.finished(arrived);
  const after = await usesOf(side);
  const milestones = await side.milestones(arrived);
  const orders = arrived.dueAtMs.size;
  const used = new Map(
    [...after].map(([name, { cpuMs, memoryMb }]) => [
      name,
      { cpuMs: (cpuMs - (before.get(name)?.cpuMs ?? 0)) / orders, memoryMb },
    ]),
  );
  return { pace, accept: arrived.accept, ...latenciesOf(arrived, milestones), used };
}

async function usesOf(side: Side): Promise<Map<string, Used>> {
  return new Map(await Promise.all(side.processes().map(async ({ name, pid }) => [name, await useOf(pid)] as const)));
}

function latenciesOf({ dueAtMs, failed }: Arrived, milestones: ReadonlyMap<string, Milestones>) {
  const [filled, settled, audited] = [new Latencies(), new Latencies(), new Latencies()];
  for (const [orderId, dueMs] of dueAtMs) {
    const reached = milestones.get(orderId);
    if (reached === undefined) continue;
    filled.add(reached.filledAtMs - dueMs);
    settled.add(reached.settledAtMs - dueMs);
    audited.add(reached.auditedAtMs - dueMs);
  }
  return { filled, settled, audited, lost: failed + dueAtMs.size - audited.count };
}
