import { setTimeout as delay } from 'node:timers/promises';
import { useOf } from '../process-use.js';
import { SPREAD_PROFILES } from './platform-side.js';
import type { PlatformSide } from './platform-side.js';
import type { Growth } from './results.js';
import { StoredOrders } from './stored-orders.js';
import { cpuInWords, cpuMsOf, stretch } from './stretch.js';

/** How much grows, and how long is measured. */
export interface GrowthExtent {
  readonly profiles: readonly [few: number, many: number];
  readonly stored: readonly [few: number, many: number];
  /** Of a stretch. */
  readonly seconds: number;
  /** Of a stretch at the lowest rates, where few orders come in a second. */
  readonly secondsMax: number;
  /** How long the platform is watched without orders. */
  readonly idleSeconds: number;
}

/** Fewer orders than this say nothing about what one takes. */
const ORDERS_MIN = 100;
/** How long the platform may go on with what was stored, such as moving it to where it stays. */
const CALM_MS_MAX = 60_000;
const LOOK_MS = 2_000;
/** Two looks that differ by no more show a platform that rests. */
const CALM_CHANGE_MAX = 0.2;

/** What an order takes when there are many profiles, and when there are many orders already. */
export class GrowthBench {
  constructor(
    private readonly platform: PlatformSide,
    private readonly extent: GrowthExtent,
  ) {}

  /** Few and many profiles, at the same rate of each: so many orders a second come where there are many. */
  async profiles(perSecond: number, signal: AbortSignal): Promise<Growth> {
    const [few, many] = this.extent.profiles;
    const spread = this.platform.profileIds;
    const all = [...spread, ...(await this.platform.open(Math.max(0, many - spread.length)))].slice(0, many);
    const fewMs = await this.costOf(all.slice(0, few), (perSecond * few) / many, signal);
    const manyMs = await this.costOf(all, perSecond, signal);
    return { what: `${few} → ${all.length} profiles, the same rate of each`, few: fewMs, many: manyMs };
  }

  /** Few and many orders that are stored already, at the same rate. */
  async stored(perSecond: number, signal: AbortSignal): Promise<Growth> {
    const [few, many] = this.extent.stored;
    const profiles = await this.platform.open(SPREAD_PROFILES);
    const stored = await StoredOrders.open(await this.platform.stage.platform.storeAccess());
    try {
      const orderIds = await this.oneOrderEach(profiles);
      const rows = [];
      for (const [index, profileId] of profiles.entries())
        rows.push(await stored.rowsOf(profileId, orderIds[index] ?? ''));
      const first = await stored.store(few, rows, signal);
      const fewMs = await this.costOf(profiles, perSecond, signal);
      const second = await stored.store(many - first, rows, signal);
      const manyMs = await this.costOf(profiles, perSecond, signal);
      return { what: `${first} → ${first + second} stored orders`, few: fewMs, many: manyMs };
    } finally {
      stored.close();
    }
  }

  /** Ids of orders of these profiles, of which everything that follows has happened. */
  private async oneOrderEach(profiles: readonly string[]): Promise<string[]> {
    await this.platform.use(profiles);
    await this.platform.prepare();
    const orderIds = await Promise.all(profiles.map((_, turn) => this.platform.place(turn)));
    await this.platform.use(profiles);
    return orderIds;
  }

  /** Milliseconds of CPU of an order, without what the platform uses when nothing comes. */
  private async costOf(profiles: readonly string[], perSecond: number, signal: AbortSignal): Promise<number> {
    const { platform, extent } = this;
    await platform.use(profiles);
    await this.calm(signal);
    const idle = await this.idleMsPerSecond(extent.idleSeconds);
    const seconds = Math.min(Math.max(extent.seconds, ORDERS_MIN / perSecond), extent.secondsMax);
    const startMs = performance.now();
    const measured = await stretch(platform, { perSecond, seconds }, signal);
    const lastedSeconds = (performance.now() - startMs) / 1_000;
    console.log(
      `  ${profiles.length} profiles, ${perSecond.toPrecision(3)} a second, each order: ${cpuInWords(measured)}`,
    );
    return cpuMsOf(measured) - (idle * lastedSeconds) / measured.accept.count;
  }

  /** Waits until nothing goes on any more but what always does. */
  private async calm(signal: AbortSignal): Promise<void> {
    const giveUpAtMs = performance.now() + CALM_MS_MAX;
    for (let before = Number.NaN; performance.now() < giveUpAtMs;) {
      signal.throwIfAborted();
      const now = await this.idleMsPerSecond(LOOK_MS / 1_000);
      if (Math.abs(now - before) <= before * CALM_CHANGE_MAX) return;
      before = now;
    }
  }

  private async idleMsPerSecond(seconds: number): Promise<number> {
    const used = async (): Promise<number> => {
      const uses = await Promise.all(this.platform.processes().map(({ pid }) => useOf(pid)));
      return uses.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    };
    const before = await used();
    await delay(seconds * 1_000);
    return ((await used()) - before) / seconds;
  }
}
