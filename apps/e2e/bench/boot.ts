/**
 * How soon a service is ready after it was started, and with how much CPU, beside a Nest service that does nothing and is built
 * the same way, in turns; and how soon the whole platform is, without data and with what it has left. `rounds=5` says how often.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ManagedProcess, Platform, freePortNumbers } from '@ballast/launcher';
import type { ProcessName } from '@ballast/launcher';
import { median } from './measure.js';
import { useOf } from './process-use.js';
import { told } from './told.js';

const ROUNDS = Number(told('rounds') ?? 5);
/** Most that a service may take, in times of the one that does nothing. */
const RATIO_MAX = 1.5;
/** Milliseconds after which the whole platform has to be ready. */
const PLATFORM_MS_MAX = 8_000;
const SERVICES: readonly ProcessName[] = ['accounts', 'orders', 'ledger', 'audit', 'gateway'];
const EMPTY = 'an empty Nest service';

interface Boot {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Starts a process that does not run and waits until it is ready. */
async function boot(managed: ManagedProcess): Promise<Boot> {
  const start = performance.now();
  managed.start();
  await managed.ready();
  const ms = performance.now() - start;
  return { ms, cpuMs: (await useOf(managed.pid ?? 0)).cpuMs };
}

async function emptyService(): Promise<ManagedProcess> {
  const [port] = await freePortNumbers(1);
  const readyUrl = `http://127.0.0.1:${port}/health/ready`;
  const entry = resolve(import.meta.dirname, 'empty-service.mjs');
  const ignored = (): void => undefined;
  return new ManagedProcess(
    { name: EMPTY, entry, env: { PORT: `${port}` }, readyUrl },
    { onLine: ignored, onUnexpectedEnd: ignored },
  );
}

async function platformReady(dataDir: string): Promise<{ platform: Platform; ms: number }> {
  const start = performance.now();
  const platform = await Platform.start({ dataDir, ports: 'free' });
  return { platform, ms: performance.now() - start };
}

/** Each service of the platform and the empty one, again and again. */
async function bootsOf(platform: Platform, empty: ManagedProcess): Promise<ReadonlyMap<string, Boot[]>> {
  const boots = new Map<string, Boot[]>([EMPTY, ...SERVICES].map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of SERVICES) {
      boots.get(EMPTY)?.push(await boot(empty));
      await empty.stop();
      const service = platform.process(name);
      await service.stop();
      boots.get(name)?.push(await boot(service));
    }
  }
  return boots;
}

function report(boots: ReadonlyMap<string, Boot[]>): void {
  const middle = (name: string, figure: keyof Boot): number =>
    median((boots.get(name) ?? []).map((found) => found[figure]));
  console.log('| service | ready after | times the empty one | CPU until then | times the empty one |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const name of boots.keys()) {
    const [ms, cpuMs] = [middle(name, 'ms'), middle(name, 'cpuMs')];
    const [times, cpuTimes] = [ms / middle(EMPTY, 'ms'), cpuMs / middle(EMPTY, 'cpuMs')];
    console.log(
      `| ${name} | ${ms.toFixed(0)} ms | ${times.toFixed(2)} | ${cpuMs.toFixed(0)} ms | ${cpuTimes.toFixed(2)} |`,
    );
    if (times > RATIO_MAX) miss(`${name} takes more than ${RATIO_MAX} times as long as ${EMPTY}`);
  }
}

function miss(what: string): void {
  console.error(`missed: ${what}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-boot-'));
  const running: Platform[] = [];
  try {
    for (const data of ['without data', 'with what it left']) {
      await running.pop()?.stop();
      const { platform, ms } = await platformReady(dataDir);
      running.push(platform);
      console.log(`the whole platform, ${data}: ready after ${ms.toFixed(0)} ms (at most ${PLATFORM_MS_MAX})`);
      if (ms > PLATFORM_MS_MAX) miss(`the whole platform, ${data}, takes ${ms.toFixed(0)} ms`);
    }
    const [platform] = running;
    if (platform !== undefined) report(await bootsOf(platform, await emptyService()));
  } finally {
    await running.pop()?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
