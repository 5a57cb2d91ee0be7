import { PRODUCT_ID } from '@ballast/contracts';
import type { OrderEndedV1, OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { ContainerStore, StoreUnavailable } from '@ballast/cosmos';
import { EndHold } from './end-hold.js';
import { HoldCapital } from './hold-capital.js';
import { PostExecution } from './post-execution.js';
import { startBench } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

/** The next commit to a profile is not answered: done or not, the ledger cannot know. */
function loseNextAnswer(isCommitted: boolean): void {
  const commit = ContainerStore.prototype.commit;
  let isLost = false;
  jest.spyOn(ContainerStore.prototype, 'commit').mockImplementation(async function (
    this: ContainerStore,
    ...args: Parameters<typeof commit>
  ) {
    const [[productId]] = args;
    // The relay commits its leases through the same class.
    if (isLost || productId !== PRODUCT_ID) return commit.apply(this, args);
    isLost = true;
    if (isCommitted) await commit.apply(this, args);
    throw new StoreUnavailable('the answer was lost');
  });
}

describe.each([
  ['although the commit was done', true],
  ['as the commit was never done', false],
])('when the answer of the store is lost, %s', (_what, isCommitted) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => bench.close());

  async function fundedOrder(): Promise<{ profile: TestProfile; buy: OrderScript }> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '10000.00');
    return { profile, buy: new OrderScript(profile, { intent: 'entry', quantity: '10', holdUnits: '100100' }) };
  }

  /** Fails once and is heard again. */
  async function heardTwice(work: () => Promise<void>): Promise<void> {
    loseNextAnswer(isCommitted);
    await expect(work()).rejects.toThrow(StoreUnavailable);
    jest.restoreAllMocks();
    await work();
  }

  it('a repeated deposit moves once and gives the one answer', async () => {
    const profile = await bench.openProfile();
    loseNextAnswer(isCommitted);
    expect((await bench.move(profile, 'deposits', '10.00', 'key')).status).toBe(503);
    const again = await bench.move(profile, 'deposits', '10.00', 'key');
    expect(again).toMatchObject({ status: 201, body: { amount: '10.00', available: '10.00' } });
    expect((await bench.capital(profile)).body).toMatchObject({ available: '10.00', postings: 1 });
  });

  it('every step of an order takes effect once', async () => {
    const { profile, buy } = await fundedOrder();
    const { app } = bench.ledger;
    const placed = buy.placed();
    const executed = buy.executed({ quantity: '4', price: '99', fee: '0.4' });
    const ended = buy.ended();
    await heardTwice(() => app.get(HoldCapital).execute(placed.data as OrderPlacedV1, placed.id));
    await heardTwice(() => app.get(PostExecution).execute(executed.data as OrderExecutedV1, executed.id));
    await heardTwice(() => app.get(EndHold).execute(ended.data as OrderEndedV1, ended.id));
    expect((await bench.capital(profile)).body).toMatchObject({
      available: '9603.60',
      reservedForOrders: '0.00',
      reservedForPositions: '396.00',
      postings: 4,
    });
    const verdict = await app.get(VerifyLedger).execute(profile.profileId);
    expect(verdict).toEqual({ postings: 4, finding: undefined });
  });
});
