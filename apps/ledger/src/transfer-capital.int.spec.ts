import { PRODUCT_ID, newProfileId, newUserId } from '@ballast/contracts';
import type { CapitalView, TransferView } from '@ballast/contracts/ledger';
import { ContainerStore, StoreUnavailable } from '@ballast/cosmos';
import { ACCOUNT_ID, partitionOf } from './adapters/ledger-documents.js';
import type { AccountDocument, TransferDocument } from './adapters/ledger-documents.js';
import { ask, bearer, profileCreated, startBench, until } from './testing/bench.js';
import type { Answer, Bench, TestProfile } from './testing/bench.js';
import { VerifyLedger } from './verify-ledger.js';

/** Commits of one transfer: put on its way, received, let go of. */
const STEPS = [1, 2, 3];

describe('moving capital between two profiles of one owner', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => bench.close());

  /** Two profiles of one owner, the first with 1 000. */
  async function pair(): Promise<[TestProfile, TestProfile]> {
    const from = await bench.openProfile();
    const to = { ...from, profileId: newProfileId(Date.now()) };
    await bench.publish('accounts', profileCreated(to));
    await until('the other account is open', async () => (await bench.capital(to)).status === 200);
    await bench.move(from, 'deposits', '1000.00');
    return [from, to];
  }

  type Sent = { amount?: string; key?: string };
  const give = (from: TestProfile, to: TestProfile, { amount = '400.00', key }: Sent = {}): Promise<Answer<unknown>> =>
    bench.send(from, { path: 'transfers', body: { toProfileId: to.profileId, amount }, ...(key && { key }) });
  const capitals = async (...profiles: TestProfile[]): Promise<CapitalView[]> =>
    Promise.all(profiles.map(async (profile) => (await bench.capital(profile)).body));
  const transferRow = async ({ profileId }: TestProfile): Promise<TransferDocument | undefined> => {
    const query = { query: "SELECT * FROM c WHERE c.kind IN ('pending-transfer', 'transfer')", parameters: {} };
    const page = await bench.store.query<TransferDocument>({
      ...query,
      partition: partitionOf(profileId),
      pageSize: 10,
    });
    return page.items[0];
  };
  const areWhole = async (...profiles: TestProfile[]): Promise<void> => {
    for (const { profileId } of profiles) {
      expect((await bench.ledger.app.get(VerifyLedger).execute(profileId))?.findings).toEqual([]);
    }
  };

  /** The stored account is closed while this replica still has the open one in memory. */
  async function closedAsByAnotherReplica({ profileId }: TestProfile): Promise<void> {
    const stored = await bench.store.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId));
    await bench.store.commit(partitionOf(profileId), [
      { upsert: { ...stored?.document, closedAt: '2026-11-02T10:00:00.000Z' } },
    ]);
  }

  it('answers when it has arrived, and gives the same answer to the same key', async () => {
    const [from, to] = await pair();
    const first = await give(from, to, { key: 'k' });
    expect(first).toMatchObject({
      status: 201,
      body: { state: 'completed', amount: '400.00', fromProfileId: from.profileId, toProfileId: to.profileId },
    });
    expect(await give(from, to, { key: 'k' })).toEqual(first);
    expect(await capitals(from, to)).toMatchObject([
      { allocated: '600.00', available: '600.00', inTransit: '0.00', postings: 3 },
      { allocated: '400.00', available: '400.00', postings: 1 },
    ]);
    const { transferId } = first.body as TransferView;
    const url = `${bench.ledger.url}/v1/profiles/${from.profileId}/transfers/${transferId}`;
    expect(await ask(url, { headers: bearer(from) })).toEqual({ status: 200, body: first.body });
    const stranger = { token: await bench.tokenFor(newUserId(Date.now()), 'trader') };
    expect((await ask(url, { headers: bearer(stranger) })).status).toBe(404);
    await areWhole(from, to);
  });

  it.each([
    ['to a profile that is not there', 'transfer-target-unknown'],
    ['to another owner’s profile', 'transfer-target-unknown'],
    ['to itself', 'transfer-to-itself'],
    ['beyond what is available', 'insufficient-capital'],
  ])('refuses %s', async (what, code) => {
    const [from, to] = await pair();
    const nowhere = { ...from, profileId: newProfileId(1) };
    const targets = { there: nowhere, 'another owner’s profile': await bench.openProfile(), itself: from };
    const target = Object.entries(targets).find(([name]) => what.endsWith(name))?.[1] ?? to;
    const amount = code === 'insufficient-capital' ? '1000.01' : '1.00';
    expect(await give(from, target, { amount })).toMatchObject({ status: 422, body: { code } });
    expect(await capitals(from)).toMatchObject([{ available: '1000.00', postings: 1 }]);
  });

  it('brings the capital back when the other account closes meanwhile', async () => {
    const [from, to] = await pair();
    const commit = ContainerStore.prototype.commit;
    let closing: Promise<void> | undefined;
    jest.spyOn(ContainerStore.prototype, 'commit').mockImplementation(async function (this: ContainerStore, ...args) {
      const isReceipt = args[1].some(
        (operation) => 'create' in operation && JSON.stringify(operation).includes(':in"'),
      );
      if (isReceipt) await (closing ??= closedAsByAnotherReplica(to));
      return commit.apply(this, args);
    });
    const answer = await give(from, to, { key: 'k' });
    expect(answer).toMatchObject({
      status: 201,
      body: { state: 'returned', refusal: { code: 'transfer-target-closed' } },
    });
    expect(await give(from, to, { key: 'k' })).toEqual(answer);
    expect(await capitals(from, to)).toMatchObject([
      { available: '1000.00', allocated: '1000.00', inTransit: '0.00' },
      { available: '0.00', state: 'closed', postings: 0 },
    ]);
    await areWhole(from, to);
  });

  const CRASHES = STEPS.flatMap((step) => [true, false].map((isCommitted) => [step, isCommitted] as const));

  it.each(CRASHES)(
    'ends in both or in neither though nobody asks again after a crash at commit %s (done: %p)',
    async (step, isCommitted) => {
      const [from, to] = await pair();
      const partitions = [from.profileId, to.profileId];
      const commit = ContainerStore.prototype.commit;
      let commits = 0;
      jest.spyOn(ContainerStore.prototype, 'commit').mockImplementation(async function (this: ContainerStore, ...args) {
        const [[productId, profileId = '']] = args;
        if (productId !== PRODUCT_ID || !partitions.includes(profileId)) return commit.apply(this, args);
        commits += 1;
        if (commits !== step) return commit.apply(this, args);
        if (isCommitted) await commit.apply(this, args);
        throw new StoreUnavailable('the process is gone');
      });
      const answered = await give(from, to, { key: 'k' });
      await until('nothing is on its way', async () => (await transferRow(from))?.state !== 'pending');
      jest.restoreAllMocks();
      const hasBegun = step > 1 || isCommitted;
      expect([201, 503]).toContain(answered.status);
      expect(await capitals(from, to)).toMatchObject(
        hasBegun
          ? [{ available: '600.00', inTransit: '0.00' }, { available: '400.00' }]
          : [{ available: '1000.00' }, {}],
      );
      expect(await give(from, to, { key: 'k' })).toMatchObject({ status: 201, body: { state: 'completed' } });
      expect(await capitals(from, to)).toMatchObject([
        { available: '600.00', allocated: '600.00', postings: 3 },
        { available: '400.00', allocated: '400.00', postings: 1 },
      ]);
      await areWhole(from, to);
    },
  );

  it('loses nothing when two profiles give to each other all at once', async () => {
    const [one, other] = await pair();
    await bench.move(other, 'deposits', '1000.00');
    const done = async (index: number): Promise<void> => {
      const [from, to] = index % 2 === 0 ? [one, other] : [other, one];
      await until(`transfer ${index} is answered`, async () => {
        const { status } = await give(from, to, { amount: '100.00', key: `k${index}` });
        if (status === 422) throw new Error('refused');
        return status === 201;
      });
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => done(index)));
    expect(await capitals(one, other)).toMatchObject([
      { available: '1000.00', allocated: '1000.00', inTransit: '0.00' },
      { available: '1000.00', allocated: '1000.00', inTransit: '0.00' },
    ]);
    await areWhole(one, other);
  });
});
