/**
 * What verifying a ledger can find. A posting is looked at in the order of the first ones, up to `posting-beyond-account`,
 * and named with the first that applies to it. The others are about the account and what stands beside it. Postings are
 * read in the order of their times, so that a wrong time shows as a wrong place.
 */
export const FINDING_KINDS = {
  'posting-unreadable': 'The amounts of a posting are no whole numbers.',
  'posting-missing': 'Postings are missing before this one.',
  'posting-misplaced': 'A posting has a place that another one has, or had before it.',
  'link-broken': 'A posting does not name the hash of the posting before it.',
  'legs-unbalanced': 'The legs of a posting do not add up to zero in an asset.',
  'balances-differ': 'The balances after a posting are not those before it and its legs.',
  'content-differs': 'A posting tells what it cannot: another asset, or a time after its booking.',
  'hash-differs': 'The hash of a posting is not that of its content.',
  'balance-below-zero': 'What can never be below zero is, after a posting.',
  'shortfall-beside-available': 'There is a shortfall after a posting although something is available.',
  'posting-beyond-account': 'A posting is there that the account does not count.',
  'account-count-differs': 'The account counts more postings than there are.',
  'account-link-differs': 'The account names another hash than that of its latest posting.',
  'account-balances-differ': 'The balances of the account are not those of its postings.',
  'hold-differs': 'What is held for an order is not what its postings have reserved.',
  'reserved-differs': 'What is held for all orders is not what the account has reserved for them.',
  'transfer-differs': 'What is on its way to another profile belongs to no pending transfer of that amount.',
  'holdings-differ': 'A mark of what was held is not what the postings make.',
} as const;
export type FindingKind = keyof typeof FINDING_KINDS;

/** Something that is not as it must be. */
export interface Finding {
  readonly kind: FindingKind;
  /** What shows it: the posting, the order, the transfer or the account. */
  readonly subject: string;
  /** What was found, and what should be there. */
  readonly detail: string;
}
