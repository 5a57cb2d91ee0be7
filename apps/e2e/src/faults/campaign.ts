import type { Guard } from '@ballast/faults';
import { FaultStage } from './fault-stage.js';
import type { ServiceName } from './fault-stage.js';
import type { Recovery } from './recovery.js';
import { Round, roundSeed } from './round.js';
import type { RoundResult } from './round.js';

/** A campaign: rounds of one seed on one platform. */
export interface CampaignOptions {
  readonly rounds: number;
  /** The number of the first round, 1 unless said: a round that failed can be done again alone. */
  readonly firstRound?: number;
  readonly seed: number;
  readonly roundMs: number;
  readonly replicated: readonly ServiceName[];
  readonly without: readonly Guard[];
  /** No faults at all: shows that it is the faults that a violation comes from. */
  readonly isQuiet?: boolean;
  /** Whether data and logs are kept though nothing was violated. */
  readonly isKept?: boolean;
  /** Whether a violation is one that no time heals, and says all that is to be known: the drain is not waited for. */
  readonly isConclusive?: (violation: string) => boolean;
  print(line: string): void;
}

/** What a campaign came to. */
export interface CampaignResult {
  readonly rounds: readonly RoundResult[];
  readonly violations: readonly string[];
  /** Processes that were away for too long. */
  readonly slow: readonly string[];
  /** The folder with the data of all processes and what they said, kept where something was violated. */
  readonly folder: string;
}

/** Milliseconds that a process may take to be ready again, or so many times its boot, whichever is more. */
const RECOVERY_MS_MAX = 10_000;
const RECOVERY_BOOTS_MAX = 5;

/** Runs rounds until the last, or until the first that violates anything. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { replicated, without, print } = options;
  const crashes: string[] = [];
  const startedAtMs = performance.now();
  const platform = await FaultStage.open({ replicated, without, onRestart: (reason) => void crashes.push(reason) });
  const bootMs = platform.bootMsMax;
  print(
    `${platform.victims.length} processes after ${seconds(performance.now() - startedAtMs)}, slowest boot ${seconds(bootMs)}`,
  );
  const rounds: RoundResult[] = [];
  const violations: string[] = [];
  const slow: string[] = [];
  try {
    const { firstRound = 1 } = options;
    for (let round = firstRound; round < firstRound + options.rounds && violations.length === 0; round += 1) {
      const seed = roundSeed(options.seed, round);
      const { roundMs, isQuiet = false, isConclusive = () => false } = options;
      const result = await new Round(platform, { seed, roundMs, isQuiet, isConclusive }).run();
      rounds.push(result);
      violations.push(...result.violations);
      slow.push(...slowRecoveries(result.recoveries, bootMs));
      tell(result, crashes.splice(0), print);
    }
    return { rounds, violations, slow, folder: platform.folder };
  } finally {
    await platform.close({ keepData: options.isKept === true || violations.length + slow.length > 0 });
  }
}

/** In how many rounds a process died at each kill point that was armed, of how many in which it was. */
export function toldKillPoints(rounds: readonly Pick<RoundResult, 'killPoints'>[]): string {
  const names = [...new Set(rounds.flatMap(({ killPoints }) => [...killPoints.keys()]))].sort();
  const counts = names.map((name) => {
    const armed = rounds.flatMap(({ killPoints }) => killPoints.get(name) ?? []);
    return `${name} ${armed.filter((isReached) => isReached).length} of ${armed.length}`;
  });
  return `died at ${counts.join(', ') || 'no kill point'}`;
}

function slowRecoveries(recoveries: readonly Recovery[], bootMs: number): string[] {
  const limitMs = Math.max(RECOVERY_MS_MAX, RECOVERY_BOOTS_MAX * bootMs);
  return recoveries
    .filter(({ ms }) => ms > limitMs)
    .map(
      ({ name, ms, waitedFor }) =>
        `recovery: ${name} was ready again only after ${seconds(ms)} (at most ${seconds(limitMs)}); last it waited for ${waitedFor}`,
    );
}

function tell(result: RoundResult, crashes: readonly string[], print: (line: string) => void): void {
  for (const said of result.disturbances) print(`  ${said}`);
  for (const crash of crashes) print(`  ${crash}`);
  const { seed, orders, requests, fills, events, heard, drainMs, waits, recoveries, violations } = result;
  const slowest = Math.max(0, ...recoveries.map(({ ms }) => ms));
  print(`  recovered ${recoveries.map(({ name, ms }) => `${name} ${seconds(ms)}`).join(', ') || 'nothing'}`);
  print(
    `round ${seed}: ${violations.length === 0 ? 'all invariants hold' : `${violations.length} VIOLATIONS`}; ` +
      `${requests} requests, ${orders} orders, ${fills} fills, ${events} events, ${heard} heard; ` +
      `${recoveries.length} killed, slowest recovery ${seconds(slowest)}; drained in ${seconds(drainMs)}`,
  );
  print(`  ${toldKillPoints([result])}`);
  for (const wait of waits) print(`  ${wait}`);
  for (const violation of violations) print(`  ${violation}`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
