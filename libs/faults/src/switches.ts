import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What the platform's promises rest on. A campaign switches one off to see that it would notice. */
export const GUARDS = [
  'handled-rows',
  'deterministic-ids',
  'etag-check',
  'checkpoint-after-send',
  'idempotency-key',
  'look-up-before-retry',
  'hold-check',
] as const;
export type Guard = (typeof GUARDS)[number];

/** The places where a crash hurts most: what was done is on disk, what follows from it is not. */
export const KILL_POINTS = ['after-commit', 'after-venue-call', 'after-handling'] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** The file whose presence switches a guard off. */
export const guardFile = (folder: string, guard: Guard): string => join(folder, `without-${guard}`);
/** The file that the first process to come to the point removes, and dies. */
export const killFile = (folder: string, point: KillPoint): string => join(folder, `kill-${point}`);
/** The file with the milliseconds by which the clock is wrong. */
export const clockFile = (folder: string): string => join(folder, 'clock-ms');

/** What goes wrong in this process on purpose, told by files in a folder; nothing at all without one. */
export class FaultSwitches {
  constructor(
    private readonly folder: string | undefined,
    private readonly die: () => void = () => process.kill(process.pid, 'SIGKILL'),
  ) {}

  /** Whether the guard is switched off. */
  isWithout(guard: Guard): boolean {
    return this.folder !== undefined && existsSync(guardFile(this.folder, guard));
  }

  /** Ends the process here, as a power cut would, when that was ordered; of all replicas one. */
  reach(point: KillPoint): void {
    if (this.folder === undefined) return;
    try {
      unlinkSync(killFile(this.folder, point));
    } catch {
      // Nobody has ordered it, or another replica was faster.
      return;
    }
    this.die();
  }

  /** Milliseconds to add to the time of the system. */
  clockOffsetMs(): number {
    if (this.folder === undefined) return 0;
    try {
      return Number(readFileSync(clockFile(this.folder), 'utf8')) || 0;
    } catch {
      // The clock is right.
      return 0;
    }
  }
}

/** The switches of this process: those of the folder `FAULTS_DIR`, and none in production. */
export const faults = new FaultSwitches(folderOf(process.env));

/** Why a process with these settings must not have fault switches; undefined where there are none, or where it may. */
export function refusalOfFaults(env: Environment, storeEndpoint: string): string | undefined {
  if (env['FAULTS_DIR'] === undefined) return undefined;
  if (env['NODE_ENV'] === 'production') return 'must not be set in production';
  if (env['KEY_VAULT_URI'] || !isOfThisMachine(storeEndpoint)) return 'must not be set where the store is not local';
  return undefined;
}

function folderOf(env: Environment): string | undefined {
  return env['NODE_ENV'] === 'production' ? undefined : env['FAULTS_DIR'] || undefined;
}

function isOfThisMachine(endpoint: string): boolean {
  return URL.canParse(endpoint) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
}
