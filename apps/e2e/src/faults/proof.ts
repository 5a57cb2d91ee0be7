import { rm } from 'node:fs/promises';
import { GUARDS } from '@ballast/faults';
import type { Guard } from '@ballast/faults';
import { runCampaign } from './campaign.js';
import type { CampaignOptions, CampaignResult } from './campaign.js';

/** What a guard's absence leads to: nothing else counts as having noticed it. */
const SHOWN_BY: Readonly<Record<Guard, RegExp>> = {
  'handled-rows': /is recorded twice$/,
  'deterministic-ids': /took effect several times|took no effect in the ledger|and is not live$|messages are parked$/,
  'etag-check': /has a gap or a repetition$|does not follow/,
  'checkpoint-after-send': /took no effect in the ledger|has no audit record$/,
  'idempotency-key': /was answered with \S+ and then with|nobody was told so$/,
  'look-up-before-retry': /was sent \d+ times/,
  'hold-check': /is below zero|there is a shortfall/,
};

/** What is missing could as well be late until the end of a drain. */
const COULD_BE_LATE = /took no effect|has no audit record$|and is not live$/;

/** Rounds within which the campaign must notice that a guard is missing. */
export const PROOF_ROUNDS_MAX = 3;

/** What came of a campaign without one guard, or with all of them. */
export interface Proof {
  /** `undefined` for the campaign with all guards. */
  readonly without: Guard | undefined;
  readonly rounds: number;
  readonly seconds: number;
  /** What it was noticed by, or what else went wrong; empty where nothing did. */
  readonly said: string;
  /** Whether it was noticed, or, with all guards, nothing was. */
  readonly isProven: boolean;
}

/** How the proof is made; the same seed for every campaign. */
export type ProofOptions = Pick<CampaignOptions, 'rounds' | 'seed' | 'roundMs' | 'replicated' | 'print'>;

/**
 * Runs the campaign as it is, which must find nothing, and then without each of the guards, which must find what that leads
 * to: the same rounds, so that nothing but the guard can be the cause.
 */
export async function proveGuards(options: ProofOptions, guards: readonly Guard[] = GUARDS): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const without of [undefined, ...guards]) {
    options.print(`— ${without === undefined ? 'with every guard' : `without ${without}`}`);
    const proof = await proofWithout(without, options);
    proofs.push(proof);
    options.print(proof.isProven ? '✓' : `✗ ${proof.said}`);
  }
  return proofs;
}

/** Whatever else goes wrong in a round, the next one is tried on a platform of its own. */
async function proofWithout(without: Guard | undefined, options: ProofOptions): Promise<Proof> {
  const startedAtMs = performance.now();
  const isConclusive = (violation: string): boolean => isShown(without, violation) && !COULD_BE_LATE.test(violation);
  const off = without === undefined ? [] : [without];
  for (let done = 0; ;) {
    const rounds = options.rounds - done;
    const result = await runCampaign({ ...options, rounds, firstRound: done + 1, without: off, isConclusive });
    done += result.rounds.length;
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
    const proof = proofOf(without, { rounds: done, violations: result.violations }, seconds);
    if (proof.isProven) await rm(result.folder, { recursive: true, force: true });
    else options.print(`  data and logs of all processes: ${result.folder}`);
    if (proof.isProven || without === undefined || done >= options.rounds) return proof;
  }
}

/** What a campaign proves: without a guard that its own violation was found, and with all that there was none. */
export function proofOf(
  without: Guard | undefined,
  { rounds, violations }: { readonly rounds: number; readonly violations: CampaignResult['violations'] },
  seconds: number,
): Proof {
  const shown = violations.find((violation) => isShown(without, violation));
  const said = shown ?? violations[0] ?? '';
  const isProven = without === undefined ? violations.length === 0 : shown !== undefined;
  return { without, rounds, seconds, said, isProven };
}

/** A table in Markdown: a row for each campaign. */
export function proofTable(proofs: readonly Proof[]): string {
  const rows = proofs.map(({ without, rounds, seconds, said, isProven }) => [
    ...[without ?? 'none', `${rounds}`, `${seconds} s`],
    `${isProven ? '✓' : '✗'} ${said === '' ? 'nothing was violated' : said}`,
  ]);
  const lines = [['switched off', 'rounds', 'took', 'first violation'], ['---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function isShown(without: Guard | undefined, violation: string): boolean {
  return without !== undefined && SHOWN_BY[without].test(violation);
}
