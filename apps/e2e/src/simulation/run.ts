import { Callers } from './callers.js';
import { BEGIN_MS } from './timeline.js';
import { judge, unrest } from './verdict.js';
import { World } from './world.js';
import type { RunOptions } from './world.js';

/** Milliseconds of the run's own time in which everything has come to rest, whatever went wrong before. */
const REST_MS_MAX = 20 * 60_000;
/** Milliseconds of it between two looks whether everything has. */
const LOOK_EVERY_MS = 500;

/** What a run came to. */
export interface RunResult {
  readonly seed: number;
  /** What was not as it must be; empty where all was well. */
  readonly violations: readonly string[];
  /** Steps that were taken. */
  readonly steps: number;
  /** Seconds that passed in the run. */
  readonly seconds: number;
  /** Orders that were placed, and executions. */
  readonly orders: number;
  readonly executions: number;
  /** The whole story and its digest, where it was told. */
  readonly story: string;
  readonly digest: string;
}

/** Lets a world go from its seed to its rest, or to the first violation, and judges it. Virtual time is installed. */
export async function run(options: RunOptions): Promise<RunResult> {
  const world = new World(options);
  const callers = new Callers(world);
  const { timeline, witness, story } = world;
  world.begin();
  callers.begin();
  let lookAtMs = BEGIN_MS;
  let isAtRest = false;
  await timeline.run(() => {
    if (witness.violations.length > 0) return true;
    if (!callers.isDone || timeline.nowMs < lookAtMs) {
      return timeline.nowMs - BEGIN_MS > REST_MS_MAX;
    }
    lookAtMs = timeline.nowMs + LOOK_EVERY_MS;
    isAtRest = unrest(world, callers).length === 0;
    return isAtRest || timeline.nowMs - BEGIN_MS > REST_MS_MAX;
  });
  if (isAtRest) judge(world, callers);
  else if (witness.violations.length === 0)
    witness.must(false, () => `nothing comes to rest: ${unrest(world, callers).slice(0, 10).join('; ')}`);
  return {
    seed: options.seed,
    violations: witness.violations,
    steps: timeline.kept,
    seconds: (timeline.nowMs - BEGIN_MS) / 1_000,
    orders: witness.placed.size,
    executions: witness.executed.length,
    story: story.text(),
    digest: story.digest(),
  };
}
