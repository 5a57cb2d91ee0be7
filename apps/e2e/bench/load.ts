/**
 * The platform under load beside a monolith over PostgreSQL that does the same job, the bare calls of the SDKs and an empty Nest
 * route, in turns: highest rates held, latencies at shares of them, CPU and memory by process, growth. `to=FOLDER` is where the
 * report goes, written anew after each part; `--short` shows within four minutes that it works, with figures that say little;
 * `only=hot,shares,listeners,stored,profiles` says which parts follow the highest rate.
 */
import { resolve } from 'node:path';
import { hearFills } from './load/audience.js';
import { BareCalls, serveBareAzure } from './load/bare-calls.js';
import { EmptyRoute } from './load/empty-route.js';
import { GrowthBench } from './load/growth.js';
import type { GrowthExtent } from './load/growth.js';
import { highestHeld } from './load/highest.js';
import type { Search } from './load/highest.js';
import { serveListeners } from './load/listeners.js';
import type { Audience } from './load/listeners.js';
import { Monolith } from './load/monolith.js';
import { MonolithSide } from './load/monolith-side.js';
import { Phases } from './load/phases.js';
import type { Phase } from './load/phases.js';
import { PlatformSide } from './load/platform-side.js';
import { whyNoPostgres } from './load/postgres.js';
import { writeReport } from './load/report.js';
import { SHARES, sectionsOf } from './load/results.js';
import type { LoadResult, SideResult } from './load/results.js';
import { stretch } from './load/stretch.js';
import type { Side, Stretch } from './load/stretch.js';
import { told } from './told.js';

/** How much is measured: rounds, seconds of a stretch, how the highest rates are looked for, clients that listen, what grows. */
interface Extent extends GrowthExtent {
  readonly rounds: number;
  /** By how much rates differ, and how often one may fail. */
  readonly search: Pick<Search, 'factor' | 'tries'>;
  readonly clients: number;
  /** How long all of it takes about, and at most. */
  readonly minutes: number;
  readonly minutesMax: number;
}
const SHORT: Extent = {
  ...{ rounds: 1, seconds: 3, secondsMax: 6, idleSeconds: 3, search: { factor: 1.5, tries: 1 }, clients: 200 },
  ...{ profiles: [10, 60], stored: [200, 2_000], minutes: 3, minutesMax: 4 },
};
const LONG: Extent = {
  ...{ rounds: 3, seconds: 15, secondsMax: 120, idleSeconds: 20, search: { factor: 1.12, tries: 2 }, clients: 1_000 },
  ...{ profiles: [10, 1_000], stored: [1_000, 100_000], minutes: 22, minutesMax: 25 },
};
const EXTENT = process.argv.includes('--short') ? SHORT : LONG;
/** First rates that are tried, in steps that are larger and shorter than those from there. */
const FROM = { Ballast: 20, monolith: 200 } as const;
const ROUGH = { factor: 1.5, seconds: 3, tries: 1 } as const;
const WARM_SECONDS = 5;
const SCRIPT = process.argv[1] ?? '';
const ONLY = told('only')?.split(',');
type Part = 'hot' | 'shares' | 'listeners' | 'stored' | 'profiles';
const isWanted = (part: Part): boolean => ONLY === undefined || ONLY.includes(part);

type Measured = SideResult & { readonly byShare: Map<number, Stretch[]> };

/** Everything that takes part. */
interface Parts {
  readonly platform: PlatformSide;
  readonly monolith: MonolithSide | undefined;
  readonly bare: BareCalls;
  readonly empty: EmptyRoute;
}

async function main(): Promise<void> {
  const folder = told('to');
  if (folder === undefined) throw new Error('Where does the report go? to=FOLDER');
  console.log(`about ${EXTENT.minutes} minutes on two idle processors, at most ${EXTENT.minutesMax}`);
  const found: LoadResult = {
    barePerSecond: [],
    emptyAcceptP99Ms: [],
    clients: EXTENT.clients,
    growth: [],
    failed: [],
  };
  const write = (): Promise<string> => writeReport(resolve(folder), 'Ballast under load', sectionsOf(found));
  const phases = new Phases(EXTENT.minutesMax * 60, write);
  found.failed = phases.failed;
  const parts = await open();
  try {
    await measure(phases, parts, found);
    console.log(await write());
  } finally {
    const { platform, monolith, bare, empty } = parts;
    await Promise.all([empty.close(), bare.close(), monolith?.close(), platform.close()]);
  }
  if (phases.failed.length > 0) process.exitCode = 1;
}

async function open(): Promise<Parts> {
  const missing = isWanted('shares') ? whyNoPostgres() : 'the shares of the highest rates are left out';
  if (missing !== undefined) console.log(`not compared with a monolith: ${missing}`);
  const platform = await PlatformSide.open();
  const monolith = missing === undefined ? await MonolithSide.open(SCRIPT) : undefined;
  return { platform, monolith, bare: await BareCalls.open(SCRIPT), empty: await EmptyRoute.open() };
}

async function measure(phases: Phases, parts: Parts, found: LoadResult): Promise<void> {
  const { platform, monolith } = parts;
  const ballast = await find(phases, platform, FROM.Ballast);
  if (ballast === undefined) return;
  const other = monolith && (await find(phases, monolith, FROM.monolith));
  Object.assign(found, { ballast, ...(other && { monolith: other }) });
  const seconds = EXTENT.seconds * EXTENT.rounds;
  const run = async (part: Part, phase: Phase, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    if (isWanted(part)) await phases.run(phase, work);
  };
  await run('hot', { name: 'one hot profile', seconds: 30 + EXTENT.seconds * 20 }, async (signal) => {
    found.hotPerSecond = await hot(platform, ballast.highest, signal);
  });
  await run('shares', { name: 'shares of the highest rates, in turns', seconds: 60 + seconds * 15 }, (signal) =>
    inTurns(parts, found, signal),
  );
  const perSecond = ballast.highest * SHARES[0];
  const audience = { script: SCRIPT, clients: EXTENT.clients, pace: { perSecond, seconds: EXTENT.seconds } };
  await run('listeners', { name: 'clients that listen', seconds: 120 }, async (signal) => {
    found.heard = await hearFills(platform, audience, signal);
  });
  const growth = new GrowthBench(platform, EXTENT);
  await run('stored', { name: 'stored orders', seconds: 420 }, async (signal) => {
    found.growth.push(await growth.stored(perSecond, signal));
  });
  await run('profiles', { name: 'profiles', seconds: 360 }, async (signal) => {
    found.growth.push(await growth.profiles(ballast.highest * SHARES[1], signal));
  });
}

/** The highest rate that a side holds, roughly first. */
async function find(phases: Phases, side: Side, from: number): Promise<Measured | undefined> {
  const { seconds, search } = EXTENT;
  const highest = await phases.run(
    { name: `${side.name}: highest rate`, seconds: 60 + seconds * 20 },
    async (signal) => {
      await stretch(side, { perSecond: from, seconds: WARM_SECONDS }, signal);
      const rough = await highestHeld(side, { from, ...ROUGH }, signal);
      return search.factor < ROUGH.factor ? highestHeld(side, { from: rough, seconds, ...search }, signal) : rough;
    },
  );
  if (highest === undefined || highest === 0) return undefined;
  return { name: side.name, highest, byShare: new Map(SHARES.map((share) => [share, []])) };
}

/** All sides at shares of the highest rates that they hold, and what there is without any logic. */
async function inTurns(
  { platform, monolith, bare, empty }: Parts,
  found: LoadResult,
  signal: AbortSignal,
): Promise<void> {
  await platform.use(platform.profileIds);
  await bare.perSecond(WARM_SECONDS, signal);
  for (let round = 0; round < EXTENT.rounds; round += 1) {
    for (const share of SHARES) {
      await measureShare(platform, found.ballast, share, signal);
      if (monolith !== undefined) await measureShare(monolith, found.monolith, share, signal);
    }
    found.barePerSecond.push(await bare.perSecond(EXTENT.seconds, signal));
    const perSecond = (found.ballast?.highest ?? 0) * SHARES[1];
    found.emptyAcceptP99Ms.push(await empty.acceptP99Ms({ perSecond, seconds: EXTENT.seconds }));
  }
}

async function measureShare(
  side: Side,
  result: SideResult | undefined,
  share: number,
  signal: AbortSignal,
): Promise<void> {
  if (result === undefined) return;
  const measured = await stretch(side, { perSecond: result.highest * share, seconds: EXTENT.seconds }, signal);
  result.byShare.get(share)?.push(measured);
  console.log(
    `  ${side.name} at ${share * 100} %: accepted within ${measured.accept.percentile(99).toFixed(1)} ms (p99)`,
  );
}

/** The highest rate that one profile holds alone; afterwards orders are spread again. */
async function hot(platform: PlatformSide, spreadPerSecond: number, signal: AbortSignal): Promise<number> {
  const spread = platform.profileIds;
  const [profileId = ''] = await platform.open(1);
  const body = { openOrdersMax: 500, ordersPerMinuteMax: 100_000 };
  const path = `/v1/profiles/${profileId}/trading-limits`;
  const { status } = await platform.stage.admin.send('PUT', path, { body, headers: { 'if-match': '*' } });
  if (status >= 300) throw new Error(`the limits of the hot profile were not set: ${status}`);
  await platform.use([profileId]);
  try {
    const { search, seconds } = EXTENT;
    return await highestHeld(platform, { from: spreadPerSecond / 2, seconds, ...search }, signal);
  } finally {
    await platform.use(spread);
  }
}

/** What a child process does. */
async function serve(role: string, toldChild: unknown): Promise<void> {
  if (role === 'bare-azure') await serveBareAzure();
  if (role === 'listeners') await serveListeners(toldChild as Audience);
  if (role === 'monolith') {
    const { socket, token } = toldChild as { socket: string; token: string };
    process.send?.({ url: await new Monolith(socket, token).listen() });
  }
}

const [, , role, toldByParent = '{}'] = process.argv;
if (process.send === undefined) {
  // What was started ends with this process, which a signal alone would not see to.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await main();
} else await serve(role ?? '', JSON.parse(toldByParent));
