import { newProfileId } from '@ballast/contracts';
import {
  ACCOUNT_ID,
  accountDocument,
  accountOf,
  partitionOf,
  postingDocument,
  transferDocument,
} from './adapters/ledger-documents.js';
import type { AccountDocument } from './adapters/ledger-documents.js';
import { post } from './domain/posting.js';
import { decideTransfer, stepIdOf } from './domain/transfer.js';
import { ResumeTransfers, TRANSFER_MS_MAX } from './resume-transfers.js';
import { profileCreated, startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { VerifyLedger } from './verify-ledger.js';

/** Milliseconds by which the young transfer of a test is younger than it would have to be. */
const MARGIN_MS = 600_000;

describe('a transfer whose next event never comes', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.close());

  async function pair(): Promise<[TestProfile, TestProfile]> {
    const from = await bench.openProfile();
    const to = { ...from, profileId: newProfileId(Date.now()) };
    await bench.publish('accounts', profileCreated(to));
    await until('the other account is open', async () => (await bench.capital(to)).status === 200);
    await bench.move(from, 'deposits', '1000.00');
    return [from, to];
  }
  const accountIn = async ({ profileId }: TestProfile): Promise<AccountDocument> =>
    (await bench.store.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId)))?.document as AccountDocument;
  const available = async (profile: TestProfile): Promise<string> => (await bench.capital(profile)).body.available;

  /** The first step as it is committed, but for the event that would cause the second. */
  async function begunUnheard(from: TestProfile, to: TestProfile, createdAt: string): Promise<void> {
    const [given, other] = [await accountIn(from), await accountIn(to)];
    const id = from.profileId.replace('prf_', 'trf_').concat('_0000000000000000');
    const ends = { fromProfileId: from.profileId, toProfileId: to.profileId };
    const transfer = { id, ...ends, asset: 'USD', units: 40_000n };
    const decision = decideTransfer(accountOf(given), accountOf(other), transfer);
    if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
    const step = { id: stepIdOf(id, 'reserved'), kind: 'transfer-reserved', cause: id, transferId: id } as const;
    const posted = post(accountOf(given), { ...step, legs: decision.legs }, new Date().toISOString());
    await bench.store.commit(partitionOf(from.profileId), [
      { create: postingDocument(from.profileId, posted.posting) },
      { create: transferDocument(transfer, createdAt) },
      { upsert: accountDocument(posted.account, given.holds) },
    ]);
  }

  it('is taken to its end when it is old enough, and left alone until then', async () => {
    const [old, young] = [await pair(), await pair()];
    await begunUnheard(...old, new Date(Date.now() - TRANSFER_MS_MAX).toISOString());
    await begunUnheard(...young, new Date(Date.now() + MARGIN_MS).toISOString());
    const resume = bench.ledger.app.get(ResumeTransfers);
    expect(await resume.execute()).toBe(1);
    expect(await Promise.all([...old, ...young].map(available))).toEqual(['600.00', '400.00', '600.00', '0.00']);
    expect((await bench.capital(old[0])).body).toMatchObject({ allocated: '600.00', inTransit: '0.00' });
    expect((await bench.capital(young[0])).body).toMatchObject({ allocated: '1000.00', inTransit: '400.00' });
    expect(await resume.execute()).toBe(0);
    for (const { profileId } of [...old, ...young]) {
      expect((await bench.ledger.app.get(VerifyLedger).execute(profileId))?.findings).toEqual([]);
    }
  });
});
