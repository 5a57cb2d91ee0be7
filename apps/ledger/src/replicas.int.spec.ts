import type { OrderEndedV1, OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { Failure } from '@ballast/contracts';
import type { RunningService } from '@ballast/service-host';
import { EndHold } from './end-hold.js';
import { HoldCapital } from './hold-capital.js';
import { PostExecution } from './post-execution.js';
import { ask, bearer, startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

/** One replica's hearing, event by event, so that a test decides who hears what and when. */
function hearing({ app }: RunningService) {
  return {
    placed: (event: ReturnType<OrderScript['placed']>) =>
      app.get(HoldCapital).execute(event.data as OrderPlacedV1, event.id),
    executed: (event: ReturnType<OrderScript['executed']>) =>
      app.get(PostExecution).execute(event.data as OrderExecutedV1, event.id),
    ended: (event: ReturnType<OrderScript['ended']>) => app.get(EndHold).execute(event.data as OrderEndedV1, event.id),
  };
}

/** As the transport does it: what fails because of the world is tried again, at most a few times. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt < 3; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  return work();
}

describe('two replicas with one profile', () => {
  let bench: Bench;
  let one: ReturnType<typeof hearing>;
  let other: ReturnType<typeof hearing>;
  let otherUrl: string;
  beforeAll(async () => {
    bench = await startBench();
    const replica = await bench.startReplica();
    [one, other, otherUrl] = [hearing(bench.ledger), hearing(replica), replica.url];
  });
  afterAll(() => bench.close());

  const ENTRY = { intent: 'entry', quantity: '10', holdUnits: '100100' } as const;
  const FILL = { quantity: '4', price: '99', fee: '0.4' };

  /** A funded profile whose first order is held, known to replica one and in its memory. */
  async function heldOrder(): Promise<{ profile: TestProfile; buy: OrderScript }> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '10000.00');
    const buy = new OrderScript(profile, ENTRY);
    await patiently(() => one.placed(buy.placed()));
    return { profile, buy };
  }

  async function endsWith(profile: TestProfile, expected: object): Promise<void> {
    expect((await bench.capital(profile)).body).toMatchObject(expected);
    const verdict = await bench.ledger.app.get(VerifyLedger).execute(profile.profileId);
    expect(verdict.finding).toBeUndefined();
  }

  it('forget what one knew of a hold when the other has noted its end', async () => {
    const { profile, buy } = await heldOrder();
    const bought = buy.executed(FILL);
    await other.ended(buy.ended());
    await one.executed(bought);
    await endsWith(profile, { available: '9603.60', reservedForOrders: '0.00', postings: 3 });
  });

  it('forget it even when the account was read again for another reason', async () => {
    const { profile, buy } = await heldOrder();
    const bought = buy.executed(FILL);
    await other.ended(buy.ended());
    await bench.move(profile, 'deposits', '1.00');
    await one.executed(bought);
    await endsWith(profile, { available: '9604.60', reservedForOrders: '0.00', postings: 4 });
  });

  it('post an execution once that both of them hear', async () => {
    const { profile, buy } = await heldOrder();
    const bought = buy.executed(FILL);
    await other.executed(bought);
    await one.executed(bought);
    await one.ended(buy.ended());
    await endsWith(profile, { available: '9603.60', reservedForOrders: '0.00', postings: 4 });
  });

  it('release a hold once when both of them hear the end', async () => {
    const { profile, buy } = await heldOrder();
    const ended = buy.ended();
    await other.ended(ended);
    await patiently(() => one.ended(ended));
    await endsWith(profile, { available: '10000.00', reservedForOrders: '0.00', postings: 3 });
  });

  it('see a position that the other has posted when an exit comes again', async () => {
    const { profile, buy } = await heldOrder();
    await other.executed(buy.executed(FILL));
    const sell = new OrderScript(profile, { intent: 'exit', quantity: '4', closedCostUnits: '39600' });
    const sold = sell.executed({ quantity: '4', price: '110', fee: '0.44' });
    await patiently(() => one.executed(sold));
    await endsWith(profile, { realizedPnl: '44.00', reservedForPositions: '0.00' });
  });

  it('reserve the same capital for one order only', async () => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '1500.00');
    const buys = Array.from({ length: 4 }, () => new OrderScript(profile, ENTRY));
    await Promise.all(buys.map((buy, index) => patiently(() => (index % 2 === 0 ? one : other).placed(buy.placed()))));
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
