import { createHash, randomUUID } from 'node:crypto';
import type { CapitalBalances, PostingKind } from '@ballast/contracts/ledger';
import { faults } from '@ballast/faults';
import { LEDGER_ACCOUNTS, balancesAfter, balancesText, evolve } from './account.js';
import type { Account, Balances, Legs } from './account.js';
import { assetLegsText, unbalancedIn } from './asset-legs.js';
import type { AssetLegs, AssetLegsText } from './asset-legs.js';

/** What is told of a posting beside its legs. */
export interface Story {
  /** Id of the order that it is about. */
  readonly orderId?: string;
  /** Number of the execution within the order. */
  readonly executionNumber?: number;
  /** When it happened in the world, ISO 8601 in UTC with milliseconds; absent where that is when it was posted. */
  readonly occurredAt?: string;
  /** Why it was posted by hand, and the user who did it. */
  readonly reason?: string;
  readonly actor?: string;
  /** Id of the posting that it takes back. */
  readonly reverses?: string;
  /** Id of the transfer of which it is a step. */
  readonly transferId?: string;
}

/** A movement of money that is decided and not posted yet. */
export interface Movement extends Story {
  /** Id of the posting it becomes; made from its cause, so that a repetition conflicts. */
  readonly id: string;
  readonly kind: PostingKind;
  /** Id of the event, or of the request, that caused it. */
  readonly cause: string;
  readonly legs: Legs;
  /** For an execution: legs in what was traded. */
  readonly assetLegs?: AssetLegs;
}

/** The legs of a movement do not add up to zero in an asset: some of it would appear or vanish. */
export class UnbalancedLegs extends Error {
  override readonly name = 'UnbalancedLegs';
}

/**
 * A movement at its place in an account's chain, with the balances after it. Immutable; throws `UnbalancedLegs` unless
 * its legs add up to zero in every asset. `hash` is the SHA-256, in hexadecimal, of the previous hash, a line feed and the
 * canonical JSON of everything else.
 */
export class Posting {
  readonly id: string;
  readonly kind: PostingKind;
  readonly cause: string;
  readonly story: Story;
  readonly asset: string;
  /** Legs that move something, in the order of the accounts. */
  readonly legs: Legs;
  readonly assetLegs: AssetLegs | undefined;
  /** Its place in the chain, from 1. */
  readonly number: number;
  /** When it was posted, ISO 8601 in UTC. */
  readonly at: string;
  /** The balances after it. */
  readonly balances: Balances;
  readonly previousHash: string;
  readonly hash: string;

  constructor(account: Account, movement: Movement, at: string) {
    this.id = movement.id;
    this.kind = movement.kind;
    this.cause = movement.cause;
    this.story = storyOf(movement, at);
    this.asset = account.asset;
    this.legs = withoutZeros(movement.legs);
    this.assetLegs = movement.assetLegs;
    requireBalanced(movement.id, { [account.asset]: this.legs });
    requireBalanced(movement.id, this.assetLegs ?? {});
    this.number = account.postings + 1;
    this.at = at;
    this.balances = balancesAfter(account.balances, this.legs);
    this.previousHash = account.lastHash;
    this.hash = createHash('sha256')
      .update(`${this.previousHash}\n${canonicalJson(this.content())}`)
      .digest('hex');
  }

  /** Everything that is hashed, in document form. */
  content(): PostingContent {
    return {
      id: this.id,
      about: this.kind,
      cause: this.cause,
      ...this.story,
      asset: this.asset,
      legs: Object.fromEntries(Object.entries(this.legs).map(([account, units]) => [account, units.toString()])),
      ...(this.assetLegs !== undefined && { assetLegs: assetLegsText(this.assetLegs) }),
      number: this.number,
      at: this.at,
      balances: { ...balancesText(this.balances) },
    };
  }
}

/** A posting as plain JSON, without its place among the hashes. Amounts are strings of whole units. */
export interface PostingContent extends Story {
  readonly id: string;
  readonly about: PostingKind;
  readonly cause: string;
  readonly asset: string;
  readonly legs: Readonly<Record<string, string>>;
  /** Legs in what was traded, in units of 10⁻¹⁸. */
  readonly assetLegs?: AssetLegsText;
  readonly number: number;
  readonly at: string;
  readonly balances: Readonly<CapitalBalances>;
}

/**
 * Posts a movement on an account at `now` (ISO 8601 in UTC with milliseconds), or one millisecond after whatever changed
 * the account last: the postings of a profile have strictly rising times, so that an instant names one state.
 */
export function post(account: Account, movement: Movement, now: string): { posting: Posting; account: Account } {
  const posting = new Posting(account, movement, laterOf(now, account.updatedAt));
  return { posting, account: evolve(account, posting) };
}

/** What a posting tells of itself beside its legs and its place, without what does not apply. */
export function storyOf(told: Story, at: string): Story {
  const { orderId, executionNumber, occurredAt, reason, actor, reverses, transferId } = told;
  return {
    ...(orderId !== undefined && { orderId }),
    ...(executionNumber !== undefined && { executionNumber }),
    ...(occurredAt !== undefined && occurredAt < at && { occurredAt }),
    ...(reason !== undefined && { reason }),
    ...(actor !== undefined && { actor }),
    ...(reverses !== undefined && { reverses }),
    ...(transferId !== undefined && { transferId }),
  };
}

function laterOf(now: string, last: string): string {
  return now > last ? now : new Date(Date.parse(last) + 1).toISOString();
}

/** The legs of a posting as it was stored. */
export function legsOf({ legs }: Pick<PostingContent, 'legs'>): Legs {
  return Object.fromEntries(Object.entries(legs).map(([account, units]) => [account, BigInt(units)]));
}

/** Id of the posting that the event, or the request's idempotency key, with this id causes. */
export function postingIdOf(causeId: string): string {
  return faults.isWithout('deterministic-ids') ? `posting:${causeId}:${randomUUID()}` : `posting:${causeId}`;
}

/** JSON with sorted keys and without undefined fields: the same text for the same content. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

function requireBalanced(id: string, legs: Parameters<typeof unbalancedIn>[0]): void {
  const [wrong] = unbalancedIn(legs);
  if (wrong !== undefined) throw new UnbalancedLegs(`the legs of ${id} add up to ${wrong.sum} ${wrong.asset}`);
}

function withoutZeros(legs: Legs): Legs {
  return Object.fromEntries(
    LEDGER_ACCOUNTS.flatMap((account) => {
      const units = legs[account] ?? 0n;
      return units === 0n ? [] : [[account, units] as const];
    }),
  );
}
