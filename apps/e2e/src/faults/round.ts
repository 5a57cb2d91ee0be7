import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../../paper-venue/src/domain/random.js';
import { Caller, keyOf } from './caller.js';
import { checkAudit, checkEffects, checkStreams } from './check-delivery.js';
import { checkHolds, checkPostings } from './check-ledger.js';
import { checkFills, checkOrders } from './check-orders.js';
import { Disturber } from './disturb.js';
import { FactReader } from './facts.js';
import type { Facts } from './facts.js';
import type { FaultStage } from './fault-stage.js';
import { Load } from './load.js';
import type { TradedProfile } from './load.js';
import { Market } from './market.js';
import { Eavesdropper, Recorder } from './recorder.js';
import { NotHealed } from './recovery.js';
import type { Recovery } from './recovery.js';
import { planOf } from './schedule.js';
import { Waits } from './waits.js';

/** What one round came to. */
export interface RoundResult {
  readonly seed: string;
  readonly violations: readonly string[];
  readonly orders: number;
  readonly requests: number;
  readonly fills: number;
  readonly events: number;
  readonly heard: number;
  /** Milliseconds from the end of the last fault until nothing was wrong any more. */
  readonly drainMs: number;
  /** What was right last, and when. */
  readonly waits: readonly string[];
  readonly recoveries: readonly Recovery[];
  /** Kill points that were armed, by their names, and whether a process died there. */
  readonly killPoints: ReadonlyMap<string, boolean>;
  /** What went wrong, in order. */
  readonly disturbances: readonly string[];
}

/** What a round is made of. */
export interface RoundOptions {
  readonly seed: string;
  readonly roundMs: number;
  /** No faults, only load. */
  readonly isQuiet: boolean;
  /** Whether a violation is one after which the rest of the drain need not be waited for. */
  isConclusive(violation: string): boolean;
}

/** Profiles of a round by the user who owns them, with their capital; one has less than it wants to spend. */
const PROFILES = [
  { username: 'demo', capital: '100000.00' },
  { username: 'demo', capital: '100000.00' },
  { username: 'demo', capital: '2500.00' },
  { username: 'admin', capital: '100000.00' },
] as const;
const ENTRIES_PER_SYMBOL = 10;
/** Milliseconds after which everything that was begun must have come to its end: what does not hold then is a violation. */
const DRAIN_MS_MAX = 60_000;
const DRAIN_POLL_MS = 500;
/** Milliseconds for which one cancelling of all that rests is tried. */
const CANCEL_MS_MAX = 5_000;
/** Milliseconds for which even what no time heals is looked at again: what is written meanwhile is read in parts. */
const CONCLUSIVE_MS_MIN = 5_000;
const VIOLATIONS_TOLD_MAX = 25;

/** One round: load and faults, then healing, draining and the verdict. */
export class Round {
  private readonly callers: Caller[] = [];
  private readonly profiles: TradedProfile[] = [];
  private readonly recorders = new Map<string, Recorder[]>();
  private readonly eavesdroppers: Eavesdropper[] = [];
  private since = '';

  constructor(
    private readonly platform: FaultStage,
    private readonly options: RoundOptions,
  ) {}

  async run(): Promise<RoundResult> {
    const { stage, victims, links } = this.platform;
    const { seed, roundMs } = this.options;
    const market = new Market(stage, seed);
    this.since = new Date().toISOString();
    await market.open();
    await this.openProfiles();
    const load = new Load(seed, this.profiles);
    const disturber = new Disturber(this.platform);
    const targets = { victims: victims.map(({ name }) => name), links: [...links.keys()], roundMs };
    const [trading, moving] = [load.run(), market.run()];
    const endsAtMs = performance.now() + roundMs;
    await disturber.run(this.options.isQuiet ? [] : planOf(seed, targets));
    await delay(Math.max(0, endsAtMs - performance.now()));
    load.stop();
    let freeAtMs = performance.now();
    const hangs = await hangsOf(() => disturber.heal(() => (freeAtMs = performance.now())));
    await trading;
    market.stop();
    await moving;
    const { facts, ...drained } = await this.drain(load, hangs, freeAtMs);
    this.close();
    return {
      ...{ seed, ...drained },
      orders: load.placements.length,
      requests: load.requests,
      fills: facts.fills.length,
      events: facts.profiles.reduce((sum, { events }) => sum + events.length, 0),
      heard: [...this.recorders.values()].flat().reduce((sum, { heard }) => sum + heard, 0),
      recoveries: disturber.recoveries,
      killPoints: disturber.killPoints,
      disturbances: disturber.said,
    };
  }

  private async openProfiles(): Promise<void> {
    const { stage, gateways } = this.platform;
    const { seed, roundMs } = this.options;
    const logins = await stage.platform.firstLogins();
    const own = new Map<string, Set<string>>();
    for (const username of ['demo', 'admin']) {
      const password = logins.find((login) => login.username === username)?.password ?? '';
      const random = seededRandom(`${seed}:${username}`);
      const caller = new Caller({ username, password, gateways, random, giveUpMs: roundMs + DRAIN_MS_MAX });
      await caller.signIn();
      own.set(username, new Set());
      this.callers.push(caller);
    }
    for (const [index, { username, capital }] of PROFILES.entries()) {
      const caller = this.callers.find((candidate) => candidate.username === username);
      if (caller === undefined) throw new Error(`${username} did not sign in`);
      const id = await caller.fundedProfile(capital, { seed, index, entriesPerSymbolMax: ENTRIES_PER_SYMBOL });
      this.profiles.push({ id, caller });
      own.get(username)?.add(id);
      this.recorders.set(
        id,
        gateways.map((gateway) => new Recorder(gateway, caller.token, id)),
      );
    }
    for (const caller of this.callers) {
      const isOwn = (profileId: string): boolean =>
        own.get(caller.username)?.has(profileId) === true || !this.recorders.has(profileId);
      for (const gateway of gateways) this.eavesdroppers.push(new Eavesdropper(gateway, caller.token, isOwn));
    }
  }

  /** Ends what rests in half of the profiles, and looks until nothing is wrong any more or the time is up. */
  private async drain(
    load: Load,
    hangs: readonly string[],
    freeAtMs: number,
  ): Promise<Pick<RoundResult, 'violations' | 'drainMs' | 'waits'> & { facts: Facts }> {
    const reader = await FactReader.open(this.platform.stage);
    const waits = new Waits();
    try {
      for (;;) {
        await this.cancel((index) => index % 2 === 0);
        const facts = await this.factsFrom(reader);
        const violations = [...hangs, ...load.contradictions, ...this.violationsOf(facts, load)];
        const drainMs = Math.round(performance.now() - freeAtMs);
        waits.look(violations, drainMs);
        const isConcluded = drainMs > CONCLUSIVE_MS_MIN && violations.some(this.options.isConclusive);
        if (violations.length > 0 && drainMs <= DRAIN_MS_MAX && !isConcluded) {
          await delay(DRAIN_POLL_MS);
          continue;
        }
        if (violations.length === 0) await this.endAll(reader);
        return { violations, facts, drainMs, waits: waits.last() };
      }
    } finally {
      reader.close();
    }
  }

  /** Everything that is known, once it can be read. */
  private async factsFrom(reader: FactReader): Promise<Facts> {
    const giveUpAtMs = performance.now() + DRAIN_MS_MAX;
    const profileIds = this.profiles.map(({ id }) => id);
    for (;;) {
      try {
        return await reader.read(profileIds, this.since);
      } catch (error) {
        if (performance.now() > giveUpAtMs) throw error;
        await delay(DRAIN_POLL_MS);
      }
    }
  }

  /** Nothing trades beyond its round. */
  private async endAll(reader: FactReader): Promise<void> {
    const giveUpAtMs = performance.now() + DRAIN_MS_MAX;
    do {
      await this.cancel(() => true);
      await delay(DRAIN_POLL_MS);
    } while ((await reader.resting()).size > 0 && performance.now() < giveUpAtMs);
  }

  /** What is not cancelled, because nobody answers, is seen in the store, and asked for again. */
  private async cancel(isMeant: (index: number) => boolean): Promise<void> {
    for (const [index, { id, caller }] of this.profiles.entries())
      if (isMeant(index))
        await caller
          .ask({ method: 'DELETE', path: `/v1/orders?profileId=${id}` }, CANCEL_MS_MAX)
          .catch(() => undefined);
  }

  private violationsOf(facts: Facts, load: Load): string[] {
    const found = {
      '1 orders': checkOrders(facts, load.placements),
      '2 fills': checkFills(facts),
      '3-4 postings': checkPostings(facts),
      '5 holds': checkHolds(facts),
      '6 audit': checkAudit(facts),
      '7 effects': checkEffects(facts),
      '8 streams': checkStreams(facts, this.recorders, this.eavesdroppers),
    };
    return Object.entries(found).flatMap(([invariant, violations]) =>
      violations.slice(0, VIOLATIONS_TOLD_MAX).map((violation) => `${invariant}: ${violation}`),
    );
  }

  private close(): void {
    for (const caller of this.callers) caller.stop();
    for (const recorder of [...this.recorders.values()].flat()) recorder.close();
    for (const eavesdropper of this.eavesdroppers) eavesdropper.close();
  }
}

/** What did not come back, if anything. */
async function hangsOf(heal: () => Promise<void>): Promise<string[]> {
  try {
    await heal();
    return [];
  } catch (error) {
    if (!(error instanceof NotHealed)) throw error;
    return [error.message];
  }
}

/** The seed of a round of a campaign. */
export function roundSeed(seed: number, round: number): string {
  return `${seed}-${round}-${keyOf(seed, round).slice(0, 6)}`;
}
