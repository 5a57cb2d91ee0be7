/**
 * The platform under load beside a monolith over PostgreSQL that does the same job, the bare calls of the SDKs and an empty Nest
 * route, in turns: highest rates held, latencies at shares of them, CPU and memory by process, growth. `to=FOLDER` is where the
 * report goes; `--short` shows in three minutes that it works, with figures that say little.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ManagedProcess, freePortNumbers } from '@ballast/launcher';
import { resolve } from 'node:path';
import { BenchProcess } from './bench-process.js';
import { arrive } from './load/arrivals.js';
import { BareCalls, serveBareAzure } from './load/bare-calls.js';
import { HttpPost } from './load/http-post.js';
import { serveListeners } from './load/listeners.js';
import type { Audience, Heard } from './load/listeners.js';
import { Monolith } from './load/monolith.js';
import { MonolithSide } from './load/monolith-side.js';
import { PlatformSide } from './load/platform-side.js';
import { whyNoPostgres } from './load/postgres.js';
import { writeReport } from './load/report.js';
import { SHARES, sectionsOf } from './load/results.js';
import type { Growth, SideResult } from './load/results.js';
import { cpuMsOf, highestHeld, stretch } from './load/stretch.js';
import type { Side, Stretch } from './load/stretch.js';
import { useOf } from './process-use.js';
import { told } from './told.js';

const IS_SHORT = process.argv.includes('--short');
/** How much is measured: seconds of a stretch, profiles and stored orders before and after they grew, clients that listen. */
const EXTENT = IS_SHORT
  ? { rounds: 1, seconds: 4, factor: 1.6, profiles: [10, 40], stored: [200, 600], clients: 200 }
  : { rounds: 3, seconds: 30, factor: 1.15, profiles: [10, 1_000], stored: [1_000, 100_000], clients: 1_000 };
/** The first rates that are tried. */
const PLATFORM_FROM = 20;
const MONOLITH_FROM = 150;
/** Profiles whose orders the load is spread over. */
const SPREAD_PROFILES = 40;
const IDLE_SECONDS = 5;
/** Fewer orders than this say nothing about what one takes. */
const GROWTH_ORDERS_MIN = IS_SHORT ? 20 : 300;
const SCRIPT = process.argv[1] ?? '';

async function main(): Promise<void> {
  const folder = told('to');
  if (folder === undefined) throw new Error('Where does the report go? to=FOLDER');
  const platform = await PlatformSide.open(SPREAD_PROFILES);
  const missing = whyNoPostgres();
  if (missing !== undefined) console.log(`not compared with a monolith: ${missing}`);
  const monolith = missing === undefined ? await MonolithSide.open(SCRIPT) : undefined;
  const bare = await BareCalls.open(SCRIPT);
  const empty = await EmptyRoute.open();
  try {
    const floors = { bare, empty };
    const compared = await compare(platform, monolith, floors);
    const heard = await listen(platform, compared.ballast.highest * SHARES[0]);
    const growth = await grow(platform, compared.ballast.highest);
    const hotPerSecond = await hot(platform);
    const result = { ...compared, heard, clients: EXTENT.clients, growth, hotPerSecond };
    console.log(await writeReport(resolve(folder), 'Ballast under load', sectionsOf(result)));
  } finally {
    await Promise.all([empty.close(), bare.close(), monolith?.close(), platform.close()]);
  }
}

interface Floors {
  readonly bare: BareCalls;
  readonly empty: EmptyRoute;
}

/** Highest rates first, then shares of them, all sides in turns. */
async function compare(platform: PlatformSide, monolith: MonolithSide | undefined, { bare, empty }: Floors) {
  const { seconds, factor, rounds } = EXTENT;
  await platform.freshToken();
  await stretch(platform, { perSecond: PLATFORM_FROM, seconds });
  const ballast = resultOf(platform, await highestHeld(platform, { from: PLATFORM_FROM, factor, seconds }));
  const other = monolith && resultOf(monolith, await highestHeld(monolith, { from: MONOLITH_FROM, factor, seconds }));
  const [barePerSecond, emptyAcceptP99Ms]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const share of SHARES) {
      await platform.freshToken();
      await measureShare(platform, ballast, share);
      if (monolith !== undefined && other !== undefined) await measureShare(monolith, other, share);
    }
    barePerSecond.push(await bare.perSecond(seconds));
    emptyAcceptP99Ms.push(await empty.acceptP99Ms(ballast.highest * SHARES[1]));
  }
  return { ballast, ...(other !== undefined && { monolith: other }), barePerSecond, emptyAcceptP99Ms };
}

const resultOf = ({ name }: Side, highest: number): SideResult & { readonly byShare: Map<number, Stretch[]> } => ({
  ...{ name, highest },
  byShare: new Map(SHARES.map((share) => [share, []])),
});

async function measureShare(
  side: Side,
  { highest, byShare }: { highest: number; byShare: ReadonlyMap<number, Stretch[]> },
  share: number,
): Promise<void> {
  const measured = await stretch(side, { perSecond: highest * share, seconds: EXTENT.seconds });
  byShare.get(share)?.push(measured);
  console.log(
    `${side.name} at ${share * 100} %: accepted within ${measured.accept.percentile(99).toFixed(1)} ms (p99)`,
  );
}

/** From a fill at the broker until clients have it, with so many of them connected. */
async function listen(platform: PlatformSide, perSecond: number): Promise<Heard> {
  const { clients, seconds } = EXTENT;
  const token = await platform.freshToken();
  const audience: Audience = {
    ...{ url: platform.stage.platform.url('gateway'), token, clients },
    profiles: platform.profileIds,
  };
  const listeners = await BenchProcess.start<object, Heard>(SCRIPT, 'listeners', audience);
  await stretch(platform, { perSecond, seconds });
  const heard = await listeners.ask({});
  await listeners.end('SIGKILL');
  return heard;
}

/** What an order takes with few and with many profiles, at the same rate of each; and with few and with many orders stored. */
async function grow(platform: PlatformSide, highest: number): Promise<Growth[]> {
  const [fewProfiles = 0, manyProfiles = 0] = EXTENT.profiles;
  const spread = platform.profileIds;
  const all = [...spread, ...(await platform.open(Math.max(0, manyProfiles - spread.length)))].slice(0, manyProfiles);
  const each = (highest * SHARES[0]) / manyProfiles;
  const costOf = async (profiles: readonly string[], perSecond: number): Promise<number> => {
    await platform.use(profiles);
    const seconds = Math.max(EXTENT.seconds, GROWTH_ORDERS_MIN / perSecond);
    return costBeyondIdle(platform, perSecond, seconds);
  };
  const profiles = {
    what: `${fewProfiles} → ${manyProfiles} profiles, the same rate of each`,
    few: await costOf(all.slice(0, fewProfiles), each * fewProfiles),
    many: await costOf(all, each * manyProfiles),
  };
  const [fewStored = 0, manyStored = 0] = EXTENT.stored;
  const rate = highest * SHARES[0];
  const one = await platform.open(SPREAD_PROFILES);
  const few = await store(platform, one, { orders: fewStored, highest }).then(() => costOf(one, rate));
  const many = await store(platform, one, { orders: manyStored - fewStored, highest }).then(() => costOf(one, rate));
  return [profiles, { what: `${fewStored} → ${manyStored} stored orders`, few, many }];
}

/** Has so many orders more of these profiles stored. */
async function store(
  platform: PlatformSide,
  profiles: readonly string[],
  { orders, highest }: { orders: number; highest: number },
): Promise<void> {
  await platform.use(profiles);
  const perSecond = highest * SHARES[2];
  for (let left = orders; left > 0; left -= perSecond * EXTENT.seconds) {
    await platform.freshToken();
    const seconds = Math.min(EXTENT.seconds, left / perSecond);
    await arrive({ perSecond, seconds }, (turn) => platform.place(turn));
  }
}

/** Milliseconds of CPU of an order, without what the platform uses when nothing comes. */
async function costBeyondIdle(platform: PlatformSide, perSecond: number, seconds: number): Promise<number> {
  await platform.freshToken();
  const idle = await idleMsPerSecond(platform);
  const startMs = performance.now();
  const measured = await stretch(platform, { perSecond, seconds });
  const lastedSeconds = (performance.now() - startMs) / 1_000;
  return cpuMsOf(measured) - (idle * lastedSeconds) / measured.accept.count;
}

async function idleMsPerSecond(platform: PlatformSide): Promise<number> {
  const used = async (): Promise<number> => {
    const uses = await Promise.all(platform.processes().map(({ pid }) => useOf(pid)));
    return uses.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  };
  const before = await used();
  await delay(IDLE_SECONDS * 1_000);
  return ((await used()) - before) / IDLE_SECONDS;
}

/** The highest rate that one profile holds alone. */
async function hot(platform: PlatformSide): Promise<number> {
  const [profileId = ''] = await platform.open(1);
  await platform.freshToken();
  const body = { openOrdersMax: 500, ordersPerMinuteMax: 100_000 };
  const path = `/v1/profiles/${profileId}/trading-limits`;
  const { status } = await platform.stage.admin.send('PUT', path, { body, headers: { 'if-match': '*' } });
  if (status >= 300) throw new Error(`the limits of the hot profile were not set: ${status}`);
  await platform.use([profileId]);
  const { factor, seconds } = EXTENT;
  return highestHeld({ ...bound(platform), name: 'one profile' }, { from: PLATFORM_FROM / 2, factor, seconds });
}

const bound = (side: Side): Side => ({
  name: side.name,
  place: (turn) => side.place(turn),
  milestones: (arrived) => side.milestones(arrived),
  processes: () => side.processes(),
});

/** An empty Nest route in a process of its own. */
class EmptyRoute {
  private constructor(
    private readonly served: ManagedProcess,
    private readonly http: HttpPost,
  ) {}

  static async open(): Promise<EmptyRoute> {
    const [port] = await freePortNumbers(1);
    const url = `http://127.0.0.1:${port}`;
    const ignored = (): void => undefined;
    const entry = resolve(import.meta.dirname, 'empty-service.mjs');
    const plan = { name: 'an empty Nest service', entry, env: { PORT: `${port}` }, readyUrl: `${url}/health/ready` };
    const served = new ManagedProcess(plan, { onLine: ignored, onUnexpectedEnd: ignored });
    served.start();
    await served.ready();
    return new EmptyRoute(served, new HttpPost(`${url}/v1/orders`));
  }

  /** Milliseconds within which 99 of 100 requests at this rate are answered. */
  async acceptP99Ms(perSecond: number): Promise<number> {
    const place = async (turn: number): Promise<string> => {
      await this.http.send(202, { turn });
      return String(turn);
    };
    return (await arrive({ perSecond, seconds: EXTENT.seconds }, place)).accept.percentile(99);
  }

  async close(): Promise<void> {
    this.http.close();
    await this.served.stop();
  }
}

/** What a child process does. */
async function serve(role: string, told: unknown): Promise<void> {
  if (role === 'bare-azure') await serveBareAzure();
  if (role === 'listeners') await serveListeners(told as Audience);
  if (role === 'monolith') {
    const { socket, token } = told as { socket: string; token: string };
    process.send?.({ url: await new Monolith(socket, token).listen() });
  }
}

const [, , role, toldChild = '{}'] = process.argv;
if (process.send === undefined) {
  // What was started ends with this process, which a signal alone would not see to.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await main();
} else await serve(role ?? '', JSON.parse(toldChild));
