import type { Venue, VenueOrderRequest } from '../index.js';
import { calls } from './conformance-calls.js';
import { market } from './conformance-market.js';
import { orderTypes } from './conformance-order-types.js';
import { orders } from './conformance-orders.js';
import { races } from './conformance-races.js';
import { updates } from './conformance-updates.js';
import { PaperBench, UpdateLog, type BenchAdapter } from './paper-bench.js';
import { missingFeatures, type Feature, type Lacks } from './venue-features.js';

/** A venue's adapter that is to be shown to keep the port's promises. */
export interface ConformanceSubject {
  open(bench: PaperBench, adapter?: BenchAdapter): Promise<Venue>;
  /** A fault of the paper venue that ends the adapter's stream of updates once. */
  streamFault: Record<string, unknown>;
  /** What the venue lacks, with the reason; the suite fails when its capabilities say otherwise. */
  lacks: Lacks;
}

/** What the tests of the suite share: one paper venue, an adapter of its account, and what was opened along the way. */
export class Stage {
  private readonly logs: UpdateLog[] = [];
  bench!: PaperBench;
  venue!: Venue;

  constructor(readonly subject: ConformanceSubject) {}

  /** An order of the symbol that every adapter can trade: a limit buy of 10 at 100, but for what is changed. */
  order(change: Partial<VenueOrderRequest> = {}): VenueOrderRequest {
    return this.bench.order({ symbol: SYMBOL, ...change });
  }

  /** Sets the best prices; nothing is on offer unless it is said how much. */
  price(bid: string, ask: string, volume = '0'): Promise<void> {
    return this.bench.ticks({ symbol: SYMBOL, bid, ask, volume });
  }

  /** A stream of the adapter's that is up. */
  async listen(handlers: ConstructorParameters<typeof UpdateLog>[1] = {}, venue = this.venue): Promise<UpdateLog> {
    const log = new UpdateLog(venue, handlers);
    this.logs.push(log);
    await log.connected();
    return log;
  }

  /** A test of what the venue may lack: skipped with the reason where it does. */
  itHas(feature: Feature, behaviour: string, test: () => Promise<void>): void {
    const reason = this.subject.lacks[feature];
    if (reason === undefined) it(behaviour, test);
    else it.skip(`${behaviour} (skipped: ${reason})`, test);
  }

  async clear(): Promise<void> {
    for (const log of this.logs.splice(0)) await log.stream.close();
    await this.bench.heal();
    const alpaca = this.bench.alpaca();
    for (const { venueOrderId } of await alpaca.openOrders()) await alpaca.cancel(venueOrderId);
  }
}

/** What the suite trades. */
export const SYMBOL = 'BTC/USD';

/** Every promise of the venue port, asked of one adapter against a paper venue of its own. */
export function venueConformance(name: string, subject: ConformanceSubject): void {
  describe(`${name} keeps the promises of the venue port:`, () => {
    const stage = new Stage(subject);
    beforeAll(async () => {
      stage.bench = await PaperBench.open();
      stage.venue = await subject.open(stage.bench);
    });
    beforeEach(() => stage.price('99', '100'));
    afterEach(() => stage.clear());
    afterAll(() => stage.bench.close());

    it('it lacks exactly what it is said to lack', () => {
      const lacks = missingFeatures(stage.venue.capabilities);
      expect(lacks).toEqual(expect.arrayContaining(Object.keys(subject.lacks)));
      expect(lacks).toHaveLength(Object.keys(subject.lacks).length);
      const reasons = Object.entries(subject.lacks).map(([feature, reason]) => `  ${feature}: ${reason}`);
      process.stdout.write(`${name} is not asked for\n${reasons.join('\n')}\n`);
    });

    orders(stage);
    orderTypes(stage);
    races(stage);
    calls(stage);
    updates(stage);
    market(stage);
  });
}
