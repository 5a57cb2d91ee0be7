import { createHash } from 'node:crypto';
import { RequestBudget, type RequestLimit } from './request-budget.js';

/** An account at a venue: whose requests are counted together. */
export interface VenueAccountKey {
  /** The venue's address or name. */
  venue: string;
  keyId: string;
}

/** The budgets of venue accounts: every adapter of one account draws on the same one for each of the venue's limits. */
export class AccountBudgets {
  /** The budgets of this process. */
  static readonly ofProcess = new AccountBudgets();
  private readonly budgets = new Map<string, { limit: RequestLimit; budget: RequestBudget }>();

  /** The budget of an account for a limit; throws where the same limit is said to be another than before. */
  of({ venue, keyId }: VenueAccountKey, limit: RequestLimit): RequestBudget {
    // A digest, so that nobody who shows the budgets shows the key.
    const key = createHash('sha256')
      .update(JSON.stringify([venue, keyId, limit.name]))
      .digest('hex');
    const known = this.budgets.get(key);
    if (known === undefined) {
      const budget = new RequestBudget(limit);
      this.budgets.set(key, { limit, budget });
      return budget;
    }
    if (known.limit.weightMax !== limit.weightMax || known.limit.perMs !== limit.perMs) {
      throw new Error(`two adapters of one account disagree about its limit "${limit.name}"`);
    }
    return known.budget;
  }
}
