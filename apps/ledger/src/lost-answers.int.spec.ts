import { PRODUCT_ID } from '@ballast/contracts';
import { ContainerStore, StoreUnavailable } from '@ballast/cosmos';
import { startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { hearingOf } from './testing/hearing.js';
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

  it('an order is declined once, and stays declined when there is enough', async () => {
    const profile = await bench.openProfile();
    const buy = new OrderScript(profile, { intent: 'entry', quantity: '10', holdUnits: '100100' });
    const hear = hearingOf(bench.ledger);
    const placed = buy.placed();
    await heardTwice(() => hear(placed));
    await bench.move(profile, 'deposits', '10000.00');
    await hear(placed);
    expect((await bench.capital(profile)).body).toMatchObject({ available: '10000.00', postings: 1 });
    await until('all is published', () => bench.published(profile.profileId).length === 3);
    expect(bench.published(profile.profileId)[1]?.type).toBe('capital.declined.v1');
  });

  it('an end that comes before its placement bars it', async () => {
    const { profile, buy } = await fundedOrder();
    const hear = hearingOf(bench.ledger);
    const [placed, ended] = [buy.placed(), buy.ended()];
    await heardTwice(() => hear(ended));
    await hear(placed);
    expect((await bench.capital(profile)).body).toMatchObject({ available: '10000.00', postings: 1 });
  });

  it('every step of an order takes effect once', async () => {
    const { profile, buy } = await fundedOrder();
    const { app } = bench.ledger;
    const placed = buy.placed();
    const executed = buy.executed({ quantity: '4', price: '99', fee: '0.4' });
    const ended = buy.ended();
    const hear = hearingOf(bench.ledger);
    for (const event of [placed, executed, ended]) await heardTwice(() => hear(event));
    expect(await bench.holdRow(profile, buy.orderId)).toMatchObject({ state: 'resolved', used: '40040' });
    expect(await bench.liveHolds(profile)).toEqual({});
    expect((await bench.capital(profile)).body).toMatchObject({
      available: '9603.60',
      reservedForOrders: '0.00',
      reservedForPositions: '396.00',
      postings: 4,
    });
    const verdict = await app.get(VerifyLedger).execute(profile.profileId);
    expect(verdict).toMatchObject({ postings: 4, findings: [] });
  });
});
