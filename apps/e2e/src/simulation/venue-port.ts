import { decimal } from '@ballast/money';
import { VenueOutcomeUnknown, VenueUnavailable } from '@ballast/venue';
import type { Venue, VenueCapabilities, VenueStreamHandlers } from '@ballast/venue';
import { ReconnectingStream } from '../../../../libs/venue/src/reconnecting-stream.js';
import { VISIBILITY_MS_MAX } from './exchange.js';
import type { Exchange } from './exchange.js';
import { SYMBOLS } from './market.js';
import { Session } from './update-stream.js';
import type { UpdateFeed } from './update-stream.js';
import type { Loss, Reach, Wire } from './wire.js';

/** What goes wrong between a process and the broker, of every call. */
const RATES = { lost: 0.03, unavailable: 0.02, limited: 0.01 } as const;
const CALL_DEADLINE_MS = 1_000;
const LIMITED_MS = 200;

/** Which precautions towards the broker are left out, to show that somebody notices. */
export interface VenueWeakness {
  /** Whoever looks an order up does not find it. */
  readonly seesNothing?: boolean;
}

const ASSET = {
  quantityScale: 0,
  priceIncrement: decimal('0.01'),
  quantityMin: decimal('1'),
  assetClass: 'equity' as const,
};

/** What the broker offers: `uniqueKeys` as the exchange has them. */
export function capabilitiesOf(uniqueKeys: boolean): VenueCapabilities {
  return {
    orderTypes: ['market', 'limit', 'stop', 'stop-limit'],
    timesInForce: ['day', 'gtc', 'ioc', 'fok'],
    fractional: false,
    feeRate: decimal('0.001'),
    visibilityDelayMs: VISIBILITY_MS_MAX,
    callDeadlineMs: CALL_DEADLINE_MS,
    orderClasses: ['oco'],
    notional: false,
    short: false,
    replace: true,
    extendedHours: false,
    uniqueKeys,
    bars: false,
    quoteStream: false,
  };
}

/** The broker as one process sees it. */
export class VenuePort implements Partial<Venue> {
  constructor(
    private readonly exchange: Exchange,
    private readonly feed: UpdateFeed,
    private readonly wire: Wire,
    readonly capabilities: VenueCapabilities,
    private readonly weakness: VenueWeakness = {},
  ) {}

  /** As the use cases take it. */
  get asVenue(): Venue {
    return this as unknown as Venue;
  }

  submit(request: Parameters<Venue['submit']>[0]): ReturnType<Venue['submit']> {
    const told = (): string =>
      `submits ${request.brokerKey}: ${request.side} ${request.quantity.toFixed()} ${request.symbol} at ${request.limitPrice?.toFixed() ?? 'the market'}`;
    return this.call(
      told,
      () => this.exchange.submit(request),
      (loss) => new VenueOutcomeUnknown(`no answer (${loss})`),
    );
  }

  replace(venueOrderId: string, change: Parameters<Venue['replace']>[1]): ReturnType<Venue['replace']> {
    const said = `${change.quantity?.toFixed() ?? 'as many'} at ${change.limitPrice?.toFixed() ?? 'the same'}`;
    return this.call(
      () => `replaces ${venueOrderId} by ${change.brokerKey}: ${said}`,
      () => this.exchange.replace(venueOrderId, change),
      (loss) => new VenueOutcomeUnknown(`no answer (${loss})`),
    );
  }

  lookup(brokerKey: string): ReturnType<Venue['lookup']> {
    const { seesNothing } = this.weakness;
    return this.call(
      () => `looks up ${brokerKey}`,
      () => (seesNothing === true ? undefined : this.exchange.lookup(brokerKey)),
    );
  }

  find(venueOrderId: string): ReturnType<Venue['find']> {
    return this.call(
      () => `finds ${venueOrderId}`,
      () => this.exchange.find(venueOrderId),
    );
  }

  cancel(venueOrderId: string): ReturnType<Venue['cancel']> {
    return this.call(
      () => `cancels ${venueOrderId}`,
      () => this.exchange.cancel(venueOrderId),
    );
  }

  openOrders(): ReturnType<Venue['openOrders']> {
    return this.call(
      () => 'lists open orders',
      () => this.exchange.openOrders(),
    );
  }

  executionsSince(at: Date): ReturnType<Venue['executionsSince']> {
    return this.call(
      () => 'lists executions',
      () => this.exchange.executionsSince(at),
    );
  }

  assets(): ReturnType<Venue['assets']> {
    const list = () =>
      SYMBOLS.map((symbol) => ({ ...ASSET, symbol, name: symbol, tradable: this.exchange.market.isTradable() }));
    return this.call(() => 'lists assets', list);
  }

  quotes(symbols: string[]): ReturnType<Venue['quotes']> {
    return this.call(
      () => `asks for quotes of ${symbols.join(', ')}`,
      () => this.exchange.market.quotes(symbols),
    );
  }

  stream(handlers: VenueStreamHandlers): ReturnType<Venue['stream']> {
    return new ReconnectingStream(() => new Session(this.feed, this.wire, handlers), handlers);
  }

  private call<T>(
    told: () => string,
    effect: () => T,
    lost: Reach['lost'] = (loss: Loss) => new VenueUnavailable(`no answer (${loss})`),
  ): Promise<T> {
    const guarded = (): T => {
      if (this.wire.isUnlucky(RATES.unavailable)) throw new VenueUnavailable('refused to connect');
      if (this.wire.isUnlucky(RATES.limited))
        throw new VenueUnavailable('too many requests', { retryAfterMs: LIMITED_MS });
      return effect();
    };
    return this.wire.ask(told, guarded, { lossRate: RATES.lost, patienceMs: CALL_DEADLINE_MS, lost });
  }
}
