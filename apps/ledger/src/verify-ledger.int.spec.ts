import { newProfileId, newUserId } from '@ballast/contracts';
import type { LedgerVerdictView } from '@ballast/contracts/ledger';
import type { CommitOperation } from '@ballast/cosmos';
import {
  ACCOUNT_ID,
  accountDocument,
  accountOf,
  partitionOf,
  postingDocument,
  profileKey,
  transferDocument,
} from './adapters/ledger-documents.js';
import type { AccountDocument, PostingDocument } from './adapters/ledger-documents.js';
import type { Legs } from './domain/account.js';
import { FINDING_KINDS } from './domain/findings.js';
import type { FindingKind } from './domain/findings.js';
import { post } from './domain/posting.js';
import { ask, bearer, startBench } from './testing/bench.js';
import type { Answer, Bench, TestProfile } from './testing/bench.js';
import { hearingOf } from './testing/hearing.js';
import { OrderScript } from './testing/order-script.js';

/** Postings of a test's profile, at most. */
const POSTINGS_MAX = 20;

/** What is in the store before somebody tampers with it: four postings, one order held, another filled. */
interface Stored {
  readonly postings: readonly [PostingDocument, PostingDocument, PostingDocument, PostingDocument];
  readonly account: AccountDocument;
  readonly heldOrderId: string;
}

/** Who tampers, what it is found by, and what is found besides. */
interface Case {
  tamper(stored: Stored): CommitOperation[];
  subject(stored: Stored): string;
  readonly besides?: readonly FindingKind[];
}

const second = ({ postings }: Stored): string => postings[1].id;
const profileOf = ({ account }: Stored): string => account.profileId;
const change = (row: object, fields: object): CommitOperation => ({ upsert: { ...row, ...fields } });
const changeSecond = (fields: object): Pick<Case, 'tamper' | 'subject'> => ({
  tamper: ({ postings }) => [change(postings[1], fields)],
  subject: second,
});
const changeAccount = (fields: (account: AccountDocument) => object): Case['tamper'] => {
  return ({ account }) => [change(account, fields(account))];
};

/** A fifth posting that is right in itself, and the account with it or without it. */
const fifth = ({ account }: Stored, legs: Legs) => {
  const movement = { id: 'posting:made', kind: 'adjustment', cause: 'made', legs } as const;
  const posted = post(accountOf(account), movement, new Date().toISOString());
  const row = postingDocument(account.profileId, posted.posting);
  return { row: { create: row }, head: { upsert: accountDocument(posted.account, account.holds) } };
};
const andFifth = (legs: Legs): Case => ({
  tamper: (stored) => Object.values(fifth(stored, legs)),
  subject: () => 'posting:made',
});

const CASES: Readonly<Record<FindingKind, Case>> = {
  'posting-unreadable': {
    ...changeSecond({ legs: { available: '1.5', funding: '-1.5' } }),
    besides: ['posting-missing', 'hold-differs'],
  },
  'posting-missing': {
    tamper: ({ postings }) => [{ delete: { id: postings[1].id } }],
    subject: ({ postings }) => postings[2].id,
    besides: ['hold-differs'],
  },
  'posting-misplaced': {
    tamper: ({ postings }) => [change(postings[2], { number: 2 })],
    subject: ({ postings }) => postings[2].id,
    besides: ['posting-missing'],
  },
  'link-broken': changeSecond({ previousHash: 'f'.repeat(64) }),
  'legs-unbalanced': { ...changeSecond({ legs: { available: '-1' } }), besides: ['hold-differs'] },
  'balances-differ': {
    tamper: ({ postings }) => [change(postings[1], { balances: { ...postings[1].balances, fees: '1' } })],
    subject: second,
    besides: ['balances-differ'],
  },
  'content-differs': changeSecond({ asset: 'EUR' }),
  'hash-differs': changeSecond({ reason: 'another' }),
  'balance-below-zero': andFifth({ 'reserved-for-positions': -1_000_000n, 'realized-pnl': 1_000_000n }),
  'shortfall-beside-available': andFifth({ shortfall: -5n, available: 5n }),
  'posting-beyond-account': {
    tamper: (stored) => [fifth(stored, { available: 5n, 'realized-pnl': -5n }).row],
    subject: () => 'posting:made',
  },
  'account-count-differs': { tamper: changeAccount(() => ({ postings: 5 })), subject: profileOf },
  'account-link-differs': { tamper: changeAccount(() => ({ lastHash: 'f'.repeat(64) })), subject: profileOf },
  'account-balances-differ': {
    tamper: changeAccount(({ balances }) => ({ balances: { ...balances, fees: '7' } })),
    subject: profileOf,
  },
  'hold-differs': {
    tamper: (stored) => [change(stored.account, { holds: { [stored.heldOrderId]: { units: '1' } } })],
    subject: ({ heldOrderId }) => heldOrderId,
    besides: ['reserved-differs'],
  },
  'reserved-differs': {
    tamper: changeAccount(({ balances }) => ({ balances: { ...balances, reservedForOrders: '7' } })),
    subject: profileOf,
    besides: ['account-balances-differ'],
  },
  'transfer-differs': {
    tamper: ({ account: { profileId } }) => {
      const transfer = { id: 'trf_1', fromProfileId: profileId, toProfileId: profileId, asset: 'USD', units: 5n };
      return [{ create: transferDocument(transfer, new Date().toISOString()) }];
    },
    subject: () => 'trf_1',
  },
  'holdings-differ': {
    tamper: ({ account: { profileId }, postings }) => {
      const { number, at } = postings[3];
      const mark = { kind: 'holdings', ...profileKey(profileId), number, at, holdings: { AAPL: '1' } };
      return [{ create: { id: `holdings:${number}`, ...mark } }];
    },
    subject: () => 'holdings:4',
  },
};

describe('verifying a ledger', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.close());

  const verdictFor = (profileId: string, token: string): Promise<Answer<LedgerVerdictView>> =>
    ask(`${bench.ledger.url}/v1/profiles/${profileId}/capital/verify`, { headers: bearer({ token }) });

  async function profileWithOrders(): Promise<{ profile: TestProfile; stored: Stored }> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '10000.00');
    const hear = hearingOf(bench.ledger);
    const held = new OrderScript(profile, { intent: 'entry', quantity: '10', holdUnits: '100100' });
    const filled = new OrderScript(profile, { intent: 'entry', quantity: '4', holdUnits: '40040' });
    await hear(held.placed());
    await hear(filled.placed());
    await hear(filled.executed({ quantity: '4', price: '99', fee: '0.4' }));
    const partition = partitionOf(profile.profileId);
    const query = { query: "SELECT * FROM c WHERE c.kind = 'posting'", parameters: {}, partition };
    const { items } = await bench.store.query<PostingDocument>({ ...query, pageSize: POSTINGS_MAX });
    const account = (await bench.store.read<AccountDocument>(ACCOUNT_ID, partition))?.document as AccountDocument;
    const postings = items.sort((left, right) => left.number - right.number) as unknown as Stored['postings'];
    return { profile, stored: { postings, account, heldOrderId: held.orderId } };
  }

  it('finds nothing in what nobody has touched, and tells operators only', async () => {
    const { profile } = await profileWithOrders();
    const operator = await bench.tokenFor(newUserId(Date.now()), 'operator');
    const { profileId, token } = profile;
    expect(await verdictFor(profileId, operator)).toEqual({
      status: 200,
      body: { profileId, whole: true, postings: 4, findings: [] },
    });
    expect((await verdictFor(profileId, token)).status).toBe(403);
    expect((await verdictFor(newProfileId(Date.now()), operator)).status).toBe(404);
  });

  it('has a case for each kind of finding', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(FINDING_KINDS).sort());
  });

  it.each(Object.entries(CASES))('finds %s', async (kind, { tamper, subject, besides = [] }) => {
    const { profile, stored } = await profileWithOrders();
    await bench.store.commit(partitionOf(profile.profileId), tamper(stored));
    const operator = await bench.tokenFor(newUserId(Date.now()), 'operator');
    const { body } = await verdictFor(profile.profileId, operator);
    expect(body.whole).toBe(false);
    const found = body.findings.map((finding) => finding.kind);
    expect(body.findings).toContainEqual({ kind, subject: subject(stored), detail: expect.any(String) });
    expect([...new Set(found)].sort()).toEqual([...new Set([kind, ...besides])].sort());
  });
});
