import { Failure } from '@ballast/contracts';
import type { OrderView } from '@ballast/contracts/orders';
import { currentTrace } from '@ballast/service-bus';
import { ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Owners, jsonOf } from './adapters/owners.js';
import type { OwnerAnswer, OwnerRequest } from './adapters/owners.js';
import { decides, isDecided } from './domain/order-decision.js';
import { EventWaits } from './event-waits.js';
import type { EventWait } from './event-waits.js';

/** Milliseconds of silence after which orders is asked: the event of a repeated request may be long gone. */
const SILENCE_MS_MAX = 1_000;

/** Places an order and, where the caller prefers, holds the answer until the order is accepted or refused. */
@Injectable()
export class PlaceOrder {
  constructor(
    private readonly owners: Owners,
    private readonly waits: EventWaits,
  ) {}

  /**
   * The answer of orders: at once, or with the order as it is once decided or when the time is up. Throws the 422
   * problem of an order that was refused meanwhile.
   */
  execute(request: OwnerRequest, waitSeconds: number | undefined): Promise<OwnerAnswer> {
    return waitSeconds === undefined ? this.owners.ask('orders', request) : this.placeAndWait(request, waitSeconds);
  }

  private async placeAndWait(request: OwnerRequest, waitSeconds: number): Promise<OwnerAnswer> {
    const wait = this.waits.register(currentTrace()?.correlationId ?? '');
    try {
      const answer = await this.owners.ask('orders', request);
      if (answer.status !== 202) return answer;
      const held = await this.untilDecided(answer, { wait, request, waitMs: waitSeconds * 1_000 });
      throwIfRefused(jsonOf<OrderView>(held));
      return { ...held, status: 202, headers: { ...held.headers, 'preference-applied': `wait=${waitSeconds}` } };
    } finally {
      wait.end();
    }
  }

  private async untilDecided(
    placed: OwnerAnswer,
    { wait, request, waitMs }: { wait: EventWait; request: OwnerRequest; waitMs: number },
  ): Promise<OwnerAnswer> {
    const { orderId } = jsonOf<OrderView>(placed);
    const endsAtMs = performance.now() + waitMs;
    let latest = placed;
    wait.follow(orderId);
    while (!isDecided(jsonOf<OrderView>(latest))) {
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) return latest;
      const isHeard = await wait.until(
        (heard) => heard.some((event) => decides(event, orderId)),
        Math.min(leftMs, SILENCE_MS_MAX),
      );
      latest = (await this.current(orderId, request)) ?? latest;
      if (isHeard || wait.isOver) return latest;
    }
    return latest;
  }

  /** The order as it is now, or `undefined` where orders cannot say: the order is placed all the same. */
  private async current(orderId: string, { headers }: OwnerRequest): Promise<OwnerAnswer | undefined> {
    try {
      const answer = await this.owners.ask('orders', { method: 'GET', path: `/v1/orders/${orderId}`, headers });
      return answer.status === 200 ? answer : undefined;
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }
}

function throwIfRefused({ state, refusal, orderId }: OrderView): void {
  if (state !== 'rejected' || refusal === undefined) return;
  throw new ProblemException('order-refused', { refusal, orderId });
}
