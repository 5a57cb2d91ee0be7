import { ACCOUNT_ID, accountOf, partitionOf } from '../adapters/ledger-documents.js';
import type { AccountDocument } from '../adapters/ledger-documents.js';
import { liveHoldOf } from '../adapters/hold-documents.js';
import { emptyAccount } from '../domain/account.js';
import { verifyAccount } from '../domain/verify-account.js';
import type { StandingAccount } from '../domain/verify-account.js';
import { reckoningFrom, verifyChain } from '../domain/verify-chain.js';
import type { Reckoning } from '../domain/verify-chain.js';
import { ManualClock, ledgerInMemory } from './ledger-in-memory.js';
import { LedgerRun } from './ledger-run.js';
import type { Step } from './ledger-steps.js';
import { MemoryStore } from './memory-store.js';

/** Two replicas over one store in memory, beside the model, whose every posting is verified as it comes. */
export class WatchedLedger {
  readonly memory = new MemoryStore();
  readonly clock = new ManualClock();
  readonly replicas = [ledgerInMemory(this.memory, this.clock), ledgerInMemory(this.memory, this.clock)] as const;
  readonly run = new LedgerRun(
    this.replicas,
    Object.assign(this.memory, { standing: (profileId: string) => this.standing(profileId) }),
    () => this.clock.now(),
  );
  readonly #reckonings = new Map<string, Reckoning>();

  /** One step, a millisecond after the one before. */
  take(step: Step): Promise<void> {
    this.clock.ms += 1;
    return this.run.take(step);
  }

  /**
   * Throws unless the accounts are what the model says, the fold of whole postings of which none leaves anything below
   * zero, and what is reserved for orders is what is held for them.
   */
  async check(): Promise<void> {
    await this.run.compare();
    for (const { profileId, ownerId } of this.run.profiles) {
      const so = this.#reckonings.get(profileId) ?? reckoningFrom(emptyAccount(profileId, ownerId, 'USD'));
      const next = verifyChain(so, this.memory.postingsOf(profileId).slice(so.account.postings));
      this.#reckonings.set(profileId, next);
      expect([...next.findings, ...verifyAccount(next, await this.standing(profileId))]).toEqual([]);
    }
  }

  private async standing(profileId: string): Promise<StandingAccount> {
    const stored = await this.memory.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId));
    const document = stored?.document as AccountDocument;
    const held = Object.keys(document.holds).map((id) => [id, liveHoldOf(document, id)?.remaining ?? 0n] as const);
    return { account: accountOf(document), held: Object.fromEntries(held) };
  }
}
