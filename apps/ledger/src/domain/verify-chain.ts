import { evolve } from './account.js';
import type { Account } from './account.js';
import { readAssetLegs } from './asset-legs.js';
import { Posting, canonicalJson, legsOf, storyOf } from './posting.js';
import type { Movement, PostingContent } from './posting.js';

/** A posting as it was stored. */
export interface StoredPosting extends PostingContent {
  readonly previousHash: string;
  readonly hash: string;
}

/** The verdict on a chain: the first thing that is wrong, if anything is, and the account that the good part makes. */
export interface ChainVerdict {
  readonly finding: string | undefined;
  readonly account: Account;
}

/**
 * Posts everything again on top of `start`, in the order given, and compares places, legs, balances and hashes. Throws
 * nothing; an edited, missing or reordered posting is named in `finding`.
 */
export function verifyChain(start: Account, stored: readonly StoredPosting[]): ChainVerdict {
  let account = start;
  for (const found of stored) {
    const finding = findingOf(account, found);
    if (typeof finding === 'string') return { finding, account };
    account = evolve(account, finding);
  }
  return { finding: undefined, account };
}

function findingOf(account: Account, found: StoredPosting): Posting | string {
  const place = account.postings + 1;
  if (found.number !== place) return `${found.id} has number ${found.number} in place ${place}`;
  if (found.previousHash !== account.lastHash) return `${found.id} does not link to the posting before it`;
  if (found.at < account.updatedAt) return `${found.id} was posted before the posting before it`;
  const again = postAgain(account, found);
  if (typeof again === 'string') return again;
  if (canonicalJson(again.content()) !== canonicalJson(contentOf(found))) {
    return `the content of ${found.id} is not what its legs make of the balances before it`;
  }
  if (again.hash !== found.hash) return `the hash of ${found.id} is not that of its content`;
  return again;
}

function postAgain(account: Account, found: StoredPosting): Posting | string {
  try {
    return new Posting(account, movementOf(found), found.at);
  } catch (error) {
    return `${found.id} cannot be posted again: ${(error as Error).message}`;
  }
}

function movementOf(found: StoredPosting): Movement {
  const { id, about: kind, cause, at } = found;
  const traded = found.assetLegs === undefined ? {} : { assetLegs: readAssetLegs(found.assetLegs) };
  return { id, kind, cause, legs: legsOf(found), ...traded, ...storyOf(found, at) };
}

/** What is hashed of a posting: all of it but the hashes. A time that it cannot have happened at is kept, to be found. */
function contentOf(found: StoredPosting): PostingContent {
  const { id, about, cause, asset, legs, assetLegs, number, at, balances, occurredAt } = found;
  const told = { ...storyOf(found, at), ...(occurredAt !== undefined && { occurredAt }) };
  return { id, about, cause, ...told, asset, legs, ...(assetLegs && { assetLegs }), number, at, balances };
}
