import { readFileSync, writeFileSync } from 'node:fs';
import { POSTING_KINDS } from '@ballast/contracts/ledger';
import type { PostingKind } from '@ballast/contracts/ledger';
import { decimal, unitsText } from '@ballast/money';
import { table, withBlock } from '../../../launcher/src/generated-blocks.js';
import { AT, accountWith, postingOf } from '../testing/given-account.js';
import type { Account, Balances, LedgerAccount, Legs } from './account.js';
import { decideEnd } from './decide-end.js';
import { decideEntryExecution, decideExitExecution } from './decide-execution.js';
import type { Execution } from './decide-execution.js';
import { decideHold } from './decide-hold.js';
import { decideMove } from './decide-move.js';
import { decideRaise } from './decide-replacement.js';
import { decideReversal } from './decide-reversal.js';
import { FINDING_KINDS } from './findings.js';
import { evolveHold } from './hold.js';
import { Posting } from './posting.js';
import { decideReceipt, decideTransfer, finalLegs } from './transfer.js';

const README = 'apps/ledger/README.md';
const ORDER = 'ord_1';

/** What an example of a kind starts from, what is decided, and the legs that it must have, in cents. */
interface Example {
  readonly given: Partial<Balances>;
  readonly what: string;
  decide(account: Account): object;
  readonly legs: Legs;
}

const HELD = evolveHold(ORDER, undefined, { kind: 'held', units: 10_010n });
const TRANSFER = { id: 'trf_1', fromProfileId: 'prf_1', toProfileId: 'prf_2', asset: 'USD', units: 4_000n };

/** All of an order of 1, held at 100.00 and a fee of 0.10. */
function execution(price: string, fee: string, closedCostUnits = 0n): Execution {
  const before = { quantityBefore: decimal('0'), notionalBefore: decimal('0'), feeBefore: decimal('0') };
  const after = { quantityAfter: decimal('1'), notionalAfter: decimal(price), feeAfter: decimal(fee) };
  return {
    orderId: ORDER,
    number: 1,
    orderQuantity: decimal('1'),
    ...before,
    ...after,
    closedCostUnits,
    fillsOrder: true,
  };
}

const EXAMPLES: Readonly<Record<PostingKind, Example>> = {
  deposit: {
    given: { shortfall: 500n },
    what: '100.00, with a shortfall of 5.00',
    decide: (account) => decideMove(account, 'deposit', 10_000n),
    legs: { funding: -10_000n, available: 9_500n, shortfall: 500n },
  },
  withdrawal: {
    given: { available: 10_000n },
    what: '40.00',
    decide: (account) => decideMove(account, 'withdrawal', 4_000n),
    legs: { funding: 4_000n, available: -4_000n },
  },
  hold: {
    given: { available: 20_000n },
    what: '1 at 100.00, fee 0.10',
    decide: (account) => decideHold(account, 10_010n),
    legs: { available: -10_010n, 'reserved-for-orders': 10_010n },
  },
  'hold-raised': {
    given: { available: 9_990n, reservedForOrders: 10_010n },
    what: '2 in place of 1, which holds 100.10',
    decide: (account) => decideRaise(account, HELD, { orderId: ORDER, revision: 1, holdUnits: 19_990n, executions: 0 }),
    legs: { available: -9_980n, 'reserved-for-orders': 9_980n },
  },
  'entry-execution': {
    given: { reservedForOrders: 10_010n },
    what: 'it is filled at 99.00, fee 0.09',
    decide: (account) => decideEntryExecution(account, HELD, execution('99', '0.09')),
    legs: { available: 101n, 'reserved-for-orders': -10_010n, 'reserved-for-positions': 9_900n, fees: 9n },
  },
  'exit-execution': {
    given: { reservedForPositions: 9_900n },
    what: 'it is sold at 110.00, fee 0.11',
    decide: (account) => decideExitExecution(account, execution('110', '0.11', 9_900n)),
    legs: { available: 10_989n, 'reserved-for-positions': -9_900n, 'realized-pnl': -1_100n, fees: 11n },
  },
  release: {
    given: { reservedForOrders: 10_010n },
    what: 'it ends without a fill',
    decide: (account) => decideEnd(account.balances, HELD, { orderId: ORDER, executions: 0 }),
    legs: { available: 10_010n, 'reserved-for-orders': -10_010n },
  },
  fee: {
    given: { available: 100n },
    what: '1.50, with 1.00 available',
    decide: (account) => decideMove(account, 'fee', 150n),
    legs: { available: -100n, fees: 150n, shortfall: -50n },
  },
  adjustment: {
    given: { available: 100n },
    what: '−0.03',
    decide: (account) => decideMove(account, 'adjustment', -3n),
    legs: { available: -3n, 'realized-pnl': 3n },
  },
  'transfer-reserved': {
    given: { available: 10_000n },
    what: '40.00',
    decide: (account) => decideTransfer(account, { ...account, profileId: 'prf_2' }, TRANSFER),
    legs: { available: -4_000n, 'in-transit': 4_000n },
  },
  'transfer-out': {
    given: { inTransit: 4_000n },
    what: 'they have arrived',
    decide: (account) => ({ legs: finalLegs(account, TRANSFER, false) }),
    legs: { funding: 4_000n, 'in-transit': -4_000n },
  },
  'transfer-in': {
    given: {},
    what: '40.00',
    decide: (account) => decideReceipt(account, TRANSFER),
    legs: { funding: -4_000n, available: 4_000n },
  },
  'transfer-returned': {
    given: { inTransit: 4_000n },
    what: 'they are refused',
    decide: (account) => ({ legs: finalLegs(account, TRANSFER, true) }),
    legs: { available: 4_000n, 'in-transit': -4_000n },
  },
  reversal: {
    given: { available: 10_000n, allocated: 10_000n },
    what: 'of a deposit of 100.00',
    decide: (account) => {
      const deposit = postingOf(accountWith({}), 'deposit', 10_000n).posting.content();
      return decideReversal(account, deposit, false);
    },
    legs: { funding: 10_000n, available: -10_000n },
  },
};

/** The legs of a decision; of an execution they are inside its settlement. */
function legsIn(decision: object): Legs {
  const { legs, settlement } = decision as { legs?: Legs; settlement?: { legs: Legs } };
  return legs ?? settlement?.legs ?? {};
}

const isPublished = (name: string, block: string): void => {
  const text = readFileSync(README, 'utf8');
  const current = withBlock(text, name, block);
  if (process.env['UPDATE_README'] === '1') writeFileSync(README, current);
  else expect(text).toBe(current);
};

describe('the kinds of postings', () => {
  it('have an example each', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(Object.keys(POSTING_KINDS).sort());
  });

  it.each(Object.entries(EXAMPLES))('%s moves what its row says', (kind, { given, decide, legs }) => {
    const account = accountWith(given);
    const movement = { id: 'posting:e', kind: kind as PostingKind, cause: 'e', legs: legsIn(decide(account)) };
    expect(new Posting(account, movement, AT).legs).toEqual(legs);
  });

  it('are in the README as they are (UPDATE_README=1 writes it)', () => {
    const signed = ([account, units]: [string, bigint]): string =>
      `${account as LedgerAccount} ${units < 0n ? '−' : '+'}${unitsText(units < 0n ? -units : units, 'USD')}`;
    const rows = Object.entries(POSTING_KINDS).map(([kind, meaning]) => {
      const { what, legs } = EXAMPLES[kind as PostingKind];
      return [`\`${kind}\``, meaning, what, Object.entries(legs).map(signed).join(', ')];
    });
    isPublished('postings', table(['posting', 'what it does', 'example', 'its legs'], rows));
  });
});

it('the README names what verifying can find (UPDATE_README=1 writes it)', () => {
  const rows = Object.entries(FINDING_KINDS).map(([kind, meaning]) => [`\`${kind}\``, meaning]);
  isPublished('findings', table(['finding', 'meaning'], rows));
});
