import 'reflect-metadata';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { GUARDS } from '@ballast/faults';
import type { Guard } from '@ballast/faults';
import { run } from '../src/simulation/run.js';
import type { RunResult } from '../src/simulation/run.js';
import { installVirtualTime } from '../src/simulation/virtual-process.js';

/** Megabytes in which a thread's short-lived objects live: a run makes many and keeps few. */
const YOUNG_MB = 64;
/** Failing seeds whose stories are told. */
const TOLD_MAX = 3;

/** What one thread does: every `step`th seed from `first` on. */
interface Share {
  readonly first: number;
  readonly step: number;
  readonly end: number;
  readonly without: Guard | undefined;
}

interface Sums {
  seeds: number;
  steps: number;
  seconds: number;
  orders: number;
  executions: number;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1000' },
    threads: { type: 'string', default: String(availableParallelism()) },
    without: { type: 'string' },
    tell: { type: 'boolean', default: false },
  },
});

if (isMainThread) process.exitCode = await lead();
else await work(workerData as Share);

/** Runs the seeds in threads, tells of those that failed, and returns the exit code. */
async function lead(): Promise<number> {
  const [first, count, threads] = [Number(values.seed), Number(values.seeds), Number(values.threads)];
  const without = guardIn(values.without);
  const [beganMs, usedBefore] = [performance.now(), process.cpuUsage()];
  const sums: Sums = { seeds: 0, steps: 0, seconds: 0, orders: 0, executions: 0 };
  const failed: RunResult[] = [];
  const shares = Array.from({ length: Math.min(threads, count) }, (_, index): Share => ({
    ...{ first: first + index, step: threads, end: first + count, without },
  }));
  await Promise.all(shares.map((share) => runShare(share, (result) => note(result, sums, failed))));
  const elapsedS = (performance.now() - beganMs) / 1_000;
  const { user, system } = process.cpuUsage(usedBefore);
  failed.sort((left, right) => left.seed - right.seed);
  installVirtualTime();
  for (const { seed } of failed.slice(0, TOLD_MAX)) tell(await run({ seed, isTold: true, without }));
  if (values.tell && failed.length === 0) tell(await run({ seed: first, isTold: true, without }));
  const { seeds, steps, seconds, orders, executions } = sums;
  console.log(
    `${seeds} seeds in ${elapsedS.toFixed(1)} s (${((user + system) / 1_000 / seeds).toFixed(1)} ms of CPU each):`,
    `${orders} orders, ${executions} executions, ${Math.round(seconds / 60)} minutes of their own time, ${steps} steps.`,
  );
  console.log(
    failed.length === 0 ? 'No violations.' : `Violations in seeds ${failed.map(({ seed }) => seed).join(', ')}.`,
  );
  return failed.length === 0 ? 0 : 1;
}

function note(result: RunResult, sums: Sums, failed: RunResult[]): void {
  sums.seeds += 1;
  sums.steps += result.steps;
  sums.seconds += result.seconds;
  sums.orders += result.orders;
  sums.executions += result.executions;
  if (result.violations.length > 0) failed.push(result);
}

function tell({ seed, story, violations }: RunResult): void {
  console.log(`${story}\n\nseed ${seed}:`);
  for (const violation of violations) console.log(`  ${violation}`);
  console.log(`Again: npm run simulate -- --seed ${seed} --seeds 1 --tell\n`);
}

function runShare(share: Share, heard: (result: RunResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: share,
      argv: process.argv.slice(2),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on('message', heard);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

async function work({ first, step, end, without }: Share): Promise<void> {
  installVirtualTime();
  for (let seed = first; seed < end; seed += step) {
    parentPort?.postMessage(await run({ seed, isTold: false, without }));
  }
}

function guardIn(name: string | undefined): Guard | undefined {
  const guard = GUARDS.find((known) => known === name);
  if (name !== undefined && guard === undefined) throw new Error(`--without is one of ${GUARDS.join(', ')}`);
  return guard;
}
