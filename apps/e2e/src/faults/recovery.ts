import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from '../../../launcher/src/managed-process.js';

/** How long a process took until it was ready again, from its start or from when nothing stood in its way any more. */
export interface Recovery {
  readonly name: string;
  readonly ms: number;
  /** What of it was not ready the last time that was asked; empty where it did not even answer. */
  readonly waitedFor: string;
}

/** A process did not come back though nothing was wrong any more. */
export class NotHealed extends Error {
  override readonly name = 'NotHealed';
}

/** Milliseconds for which a process is waited for. */
const HEAL_MS_MAX = 90_000;
const LOOK_EVERY_MS = 50;
/** Milliseconds one look at a process's health may take. */
const LOOK_MS_MAX = 2_500;

/**
 * Resolves when the process is ready, however often it ends before; time in which `isHindered` is not counted, and one that
 * ended again begins anew. Throws `NotHealed` with what the process says of itself after a while.
 */
export async function readyAgain(
  name: string,
  process: Pick<ManagedProcess, 'pid' | 'plan'>,
  isHindered: () => Promise<boolean>,
): Promise<Recovery> {
  const giveUpAtMs = performance.now() + HEAL_MS_MAX;
  let [freeSinceMs, pid, waitedFor] = [performance.now(), process.pid, ''];
  for (;;) {
    if ((await isHindered()) || process.pid !== pid) [freeSinceMs, pid] = [performance.now(), process.pid];
    const answer = await fetch(process.plan.readyUrl, { signal: AbortSignal.timeout(LOOK_MS_MAX) }).catch(
      () => undefined,
    );
    const said = await answer?.text().catch(() => '');
    const now = performance.now();
    if (answer?.ok === true) return { name, ms: Math.round(now - freeSinceMs), waitedFor };
    waitedFor = said === undefined ? waitedFor : missingIn(said);
    if (now > giveUpAtMs) throw new NotHealed(`${name} is not ready: ${said ?? 'it does not answer'}`);
    await delay(LOOK_EVERY_MS);
  }
}

/** The checks that failed, of an answer of `/health/ready`. */
function missingIn(said: string): string {
  try {
    const { checks = [] } = JSON.parse(said) as { checks?: { name: string; ok: boolean }[] };
    return checks.flatMap(({ name, ok }) => (ok ? [] : [name])).join(', ');
  } catch {
    // Not all processes say more than whether they are ready.
    return said;
  }
}
