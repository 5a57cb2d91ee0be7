import { Injectable } from '@nestjs/common';
import { DocumentConflict, PreconditionLost } from '@ballast/cosmos';
import type { CommitOperation, ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID } from '@ballast/contracts';
import { decimal, decimalText } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import { Clock, InjectStore } from '@ballast/service-host';
import { betterStop, trailOf } from '../domain/waiting.js';
import type { WaitingOrder } from './live-order-list.js';
import { profileKey } from './order-documents.js';

/** Milliseconds between two notes on one order by one replica. */
const PAUSE_MS = 10_000;
/** How far a stop has moved at least when that is noted, as a share of where it was. */
const STEP_RATIO = decimal('0.001');
/** Seconds for which a note is kept that is not renewed. */
const TTL_SECONDS = 366 * 24 * 3_600;

interface TrailRow {
  readonly id: string;
  readonly stop: string;
  /** How far the stop stays behind the market: a note on another trail says nothing. */
  readonly trail: string;
}

interface Noted {
  readonly stop: Decimal;
  readonly atMs: number;
}

/**
 * How far stops that trail here have followed the market, so that whoever goes on after a restart does so from there. A
 * note is no state of the order: it is late by up to 10 s and a thousandth, and costs a read and at most a write then.
 */
@Injectable()
export class TrailNotes {
  private readonly noted = new Map<string, Noted>();

  constructor(
    @InjectStore('trade_orders') private readonly store: ContainerStore,
    private readonly clock: Clock,
  ) {}

  /** Where the order's stop stands by its own terms or, where that is better, by the last note. Throws `Failure` while the store is away. */
  async stopOf(order: WaitingOrder, first: Decimal): Promise<Decimal> {
    if (trailOf(order) === undefined) return first;
    const { stop } = await this.stored(order);
    return stop === undefined ? first : betterStop(order, first, stop);
  }

  /**
   * Notes where the stop stands, unless it was noted a moment ago or has hardly moved, and answers with where it stands by
   * what all replicas have noted. Throws `Failure` while the store is away.
   */
  async note(order: WaitingOrder, stop: Decimal): Promise<Decimal> {
    const trail = trailOf(order);
    const before = this.noted.get(order.id);
    const from = before?.stop ?? order.conditions.stopPrice ?? stop;
    const isNews = stop.minus(from).abs().gte(from.times(STEP_RATIO)) && !stop.eq(from);
    if (trail === undefined || !isNews || this.clock.now() - (before?.atMs ?? 0) < PAUSE_MS) return stop;
    const stored = await this.stored(order);
    const best = stored.stop === undefined ? stop : betterStop(order, stop, stored.stop);
    if (stored.stop === undefined || !best.eq(stored.stop)) await this.write(order, { stop: best, trail }, stored.etag);
    this.noted.set(order.id, { stop: best, atMs: this.clock.now() });
    return best;
  }

  /** The order waits no more. */
  forget(orderId: string): void {
    this.noted.delete(orderId);
  }

  private async stored(order: WaitingOrder): Promise<{ readonly stop?: Decimal; readonly etag?: string }> {
    const stored = await this.store.read<TrailRow>(rowIdOf(order), [PRODUCT_ID, order.profileId]);
    if (stored === undefined) return {};
    const { stop, trail } = stored.document;
    return { etag: stored.etag, ...(trail === trailOf(order) ? { stop: decimal(stop) } : {}) };
  }

  /** Another replica that is faster has noted as much; the next note compares with it. */
  private async write(
    order: WaitingOrder,
    { stop, trail }: { readonly stop: Decimal; readonly trail: string },
    ifMatch: string | undefined,
  ): Promise<void> {
    const row = { id: rowIdOf(order), kind: 'trail', ...profileKey(order.profileId), stop: decimalText(stop), trail };
    const document = { ...row, ttl: TTL_SECONDS };
    const operation: CommitOperation = ifMatch === undefined ? { create: document } : { replace: document, ifMatch };
    try {
      await this.store.commit([PRODUCT_ID, order.profileId], [operation]);
    } catch (error) {
      if (!(error instanceof DocumentConflict || error instanceof PreconditionLost)) throw error;
    }
  }
}

function rowIdOf({ id }: WaitingOrder): string {
  return `trail:${id}`;
}
