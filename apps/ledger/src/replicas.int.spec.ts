import { PRODUCT_ID } from '@ballast/contracts';
import { ContainerStore } from '@ballast/cosmos';
import { ask, bearer, startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { hearingOf, patiently } from './testing/hearing.js';
import type { Hearing } from './testing/hearing.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

/** The next commit to a profile waits until it is let go. */
function holdNextCommit(): { readonly isWaiting: Promise<void>; letGo(): void } {
  const commit = ContainerStore.prototype.commit;
  const [waiting, gate] = [signal(), signal()];
  let isHeld = false;
  jest.spyOn(ContainerStore.prototype, 'commit').mockImplementation(async function (
    this: ContainerStore,
    ...args: Parameters<typeof commit>
  ) {
    // The relay commits its leases through the same class.
    if (!isHeld && args[0][0] === PRODUCT_ID) {
      isHeld = true;
      waiting.give();
      await gate.given;
    }
    return commit.apply(this, args);
  });
  return { isWaiting: waiting.given, letGo: gate.give };
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

describe('two replicas with one profile', () => {
  let bench: Bench;
  let one: Hearing;
  let other: Hearing;
  let otherUrl: string;
  beforeAll(async () => {
    bench = await startBench();
    const replica = await bench.startReplica();
    [one, other, otherUrl] = [hearingOf(bench.ledger), hearingOf(replica), replica.url];
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => bench.close());

  const ENTRY = { intent: 'entry', quantity: '10', holdUnits: '100100' } as const;
  const FILL = { quantity: '4', price: '99', fee: '0.4' };

  /** A funded profile whose first order is held, known to replica one and in its memory. */
  async function heldOrder(): Promise<{ profile: TestProfile; buy: OrderScript }> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '10000.00');
    const buy = new OrderScript(profile, ENTRY);
    await patiently(() => one(buy.placed()));
    return { profile, buy };
  }

  async function endsWith(profile: TestProfile, expected: object): Promise<void> {
    expect((await bench.capital(profile)).body).toMatchObject(expected);
    const verdict = await bench.ledger.app.get(VerifyLedger).execute(profile.profileId);
    expect(verdict?.findings).toEqual([]);
  }

  it('forget what one knew of a hold when the other has noted its end', async () => {
    const { profile, buy } = await heldOrder();
    const bought = buy.executed(FILL);
    await other(buy.ended());
    await one(bought);
    await endsWith(profile, { available: '9603.60', reservedForOrders: '0.00', postings: 3 });
  });

  it('forget it even when the account was read again for another reason', async () => {
    const { profile, buy } = await heldOrder();
    const bought = buy.executed(FILL);
    await other(buy.ended());
    await bench.move(profile, 'deposits', '1.00');
    await one(bought);
    await endsWith(profile, { available: '9604.60', reservedForOrders: '0.00', postings: 4 });
  });

  it('post the fill that resolves a hold for the one and comes after the release by the other', async () => {
    const { profile, buy } = await heldOrder();
    await one(buy.executed(FILL));
    await other(buy.ended());
    await one(buy.executed({ quantity: '6', price: '100', fee: '0.6' }));
    await endsWith(profile, { available: '9003.00', reservedForOrders: '0.00', reservedForPositions: '996.00' });
  });

  it('post an execution once that both of them hear', async () => {
    const { profile, buy } = await heldOrder();
    const bought = buy.executed(FILL);
    await other(bought);
    await one(bought);
    await one(buy.ended());
    await endsWith(profile, { available: '9603.60', reservedForOrders: '0.00', postings: 4 });
  });

  it('release a hold once when both of them hear the end', async () => {
    const { profile, buy } = await heldOrder();
    const ended = buy.ended();
    await other(ended);
    await patiently(() => one(ended));
    await endsWith(profile, { available: '10000.00', reservedForOrders: '0.00', postings: 3 });
  });

  it.each([
    ['placement', 'end'],
    ['end', 'placement'],
  ] as const)('hold nothing when the %s is decided first and the %s is committed first', async (late, _early) => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '10000.00');
    const buy = new OrderScript(profile, ENTRY);
    const [placed, ended] = [buy.placed(), buy.ended()];
    const [first, second] = late === 'end' ? [ended, placed] : [placed, ended];
    const commit = holdNextCommit();
    const overtaken = patiently(() => one(first));
    await commit.isWaiting;
    await patiently(() => other(second));
    commit.letGo();
    await overtaken;
    await endsWith(profile, { available: '10000.00', reservedForOrders: '0.00', postings: late === 'end' ? 3 : 1 });
    expect(await bench.liveHolds(profile)).toEqual({});
  });

  it('see a position that the other has posted when an exit comes again', async () => {
    const { profile, buy } = await heldOrder();
    await other(buy.executed(FILL));
    const sell = new OrderScript(profile, { intent: 'exit', quantity: '4', closedCostUnits: '39600' });
    const sold = sell.executed({ quantity: '4', price: '110', fee: '0.44' });
    await patiently(() => one(sold));
    await endsWith(profile, { realizedPnl: '44.00', reservedForPositions: '0.00' });
  });

  it('reserve the same capital for one order only', async () => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '1500.00');
    const buys = Array.from({ length: 4 }, () => new OrderScript(profile, ENTRY));
    await Promise.all(buys.map((buy, index) => patiently(() => (index % 2 === 0 ? one : other)(buy.placed()))));
    await endsWith(profile, { available: '499.00', reservedForOrders: '1001.00', postings: 2 });
    await until('all is published', () => bench.published(profile.profileId).length === 6);
    const declined = bench.published(profile.profileId).filter(({ type }) => type === 'capital.declined.v1');
    expect(declined).toHaveLength(3);
  });

  it('keep every posting and every place in the sequence when both move at once', async () => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '1000.00');
    const terms = { intent: 'entry', quantity: '1', holdUnits: '10000' } as const;
    const buys = Array.from({ length: 5 }, () => new OrderScript(profile, terms));
    const urls = [bench.ledger.url, otherUrl];
    const deposits = Array.from({ length: 20 }, (_, index) =>
      repeatUntilDone(`${urls[index % 2]}/v1/profiles/${profile.profileId}/deposits`, profile, `key-${index}`),
    );
    await Promise.all([bench.publish('orders', ...buys.map((buy) => buy.placed())), ...deposits]);
    const fill = { quantity: '1', price: '99', fee: '0.1' };
    await bench.publish('orders', ...buys.map((buy) => buy.executed(fill)));
    await until('all is posted', async () => (await bench.capital(profile)).body.postings === 31);
    await endsWith(profile, { allocated: '1020.00', reservedForOrders: '0.00', reservedForPositions: '495.00' });
    await until('all is published', () => bench.published(profile.profileId).length === 32);
    const sequence = bench.published(profile.profileId).map((event) => event.sequence);
    expect(sequence).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  });

  /** A contended account may answer 503: the caller repeats with the same key. */
  async function repeatUntilDone(url: string, profile: TestProfile, key: string): Promise<void> {
    const headers = { ...bearer(profile), 'content-type': 'application/json', 'idempotency-key': key };
    await until(`${key} is deposited`, async () => {
      const { status } = await ask(url, { method: 'POST', headers, body: '{"amount":"1.00"}' });
      return status === 201;
    });
  }
});
