import { decimal } from '@ballast/money';
import { VenueOutcomeUnknown, VenueUnavailable } from '@ballast/venue';
import type { Venue, VenueCapabilities, VenueStreamHandlers, VenueUpdate } from '@ballast/venue';
import { ReconnectingStream } from '../../../../libs/venue/src/reconnecting-stream.js';
import type { SessionEnd, StreamSession } from '../../../../libs/venue/src/reconnecting-stream.js';
import { VISIBILITY_MS_MAX } from './exchange.js';
import type { Exchange } from './exchange.js';
import { SYMBOLS } from './market.js';
import type { Loss, Reach, Surroundings, Wire } from './wire.js';

/** What goes wrong between a process and the broker, of every call. */
const RATES = { lost: 0.03, unavailable: 0.02, limited: 0.01 } as const;
/** The same of every update of the stream. */
const STREAM_RATES = { lost: 0.005, twice: 0.04, overtaken: 0.04, cut: 0.01, refused: 0.1 } as const;
const OVERTAKEN_MS_MAX = 1_200;
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

/** The updates of the account to whoever is connected. */
export class UpdateFeed {
  private readonly sessions = new Set<Session>();

  constructor(readonly world: Surroundings) {}

  join(session: Session): void {
    this.sessions.add(session);
  }

  leave(session: Session): void {
    this.sessions.delete(session);
  }

  tell(update: VenueUpdate): void {
    for (const session of this.sessions) session.send(update);
  }
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

/** One connection to the stream of updates. */
class Session implements StreamSession {
  isUp = false;
  readonly ended: Promise<SessionEnd>;
  private settle: (end: SessionEnd) => void = () => undefined;
  private isOver = false;
  private readonly lanes = new Map<string, Promise<void>>();
  private caughtUp: Promise<void> = Promise.resolve();
  private lastArrivalMs = 0;

  constructor(
    private readonly feed: UpdateFeed,
    private readonly wire: Wire,
    private readonly handlers: VenueStreamHandlers,
  ) {
    this.ended = new Promise((resolve) => (this.settle = resolve));
    void this.connect();
  }

  /** Ends the connection when nothing that was received is in hand any more. */
  end(cause?: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    const wasUp = this.isUp;
    this.isUp = false;
    this.feed.leave(this);
    void Promise.allSettled([this.caughtUp, ...this.lanes.values()]).then(() => this.settle({ wasUp, cause }));
  }

  /** An update sets out; it may come late, twice or never. */
  send(update: VenueUpdate): void {
    const { chance, timeline } = this.feed.world;
    if (!this.wire.process.isAlive) return this.feed.leave(this);
    if (this.wire.isUnlucky(STREAM_RATES.lost)) return;
    const isOvertaken = this.wire.isUnlucky(STREAM_RATES.overtaken);
    const arrivalMs = Math.max(this.lastArrivalMs, timeline.nowMs + this.wire.wayMs());
    if (!isOvertaken) this.lastArrivalMs = arrivalMs;
    const lateMs = isOvertaken ? chance.between(0, OVERTAKEN_MS_MAX) : 0;
    const copies = this.wire.isUnlucky(STREAM_RATES.twice) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      timeline.after(arrivalMs - timeline.nowMs + lateMs, () => this.arrive(update));
    if (this.wire.isUnlucky(STREAM_RATES.cut)) timeline.after(this.wire.wayMs(), () => this.cut());
  }

  private async connect(): Promise<void> {
    try {
      const isRefused = await this.wire.ask(
        () => 'connects to the stream',
        () => {
          if (this.wire.isUnlucky(STREAM_RATES.refused)) return true;
          if (!this.isOver) this.feed.join(this);
          return false;
        },
        { lossRate: 0, patienceMs: CALL_DEADLINE_MS, lost: () => new VenueUnavailable('unreachable') },
      );
      if (isRefused) return this.end();
      this.isUp = !this.isOver;
      this.caughtUp = this.handlers.onConnected();
      await this.caughtUp;
    } catch (error) {
      this.end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private arrive(update: VenueUpdate): void {
    if (this.isOver || !this.wire.process.isAlive) return;
    const { name } = this.wire.process;
    this.feed.world.story.tell(name, () => `is told that ${update.order.brokerKey} ${update.kind}`);
    this.wire.process.run(() => {
      const before = this.lanes.get(update.order.brokerKey) ?? this.caughtUp;
      const done = before.then(() => (this.isOver ? undefined : this.handlers.onUpdate(update)));
      this.lanes.set(update.order.brokerKey, done);
      done.catch((error: unknown) => this.end(error instanceof Error ? error : new Error(String(error))));
    });
  }

  private cut(): void {
    if (this.wire.process.isAlive) this.wire.process.run(() => this.end());
  }
}
