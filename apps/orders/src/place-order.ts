import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DocumentConflict } from '@ballast/cosmos';
import type { Alone, ContainerStore } from '@ballast/cosmos';
import { EVENT_TTL_SECONDS, PRODUCT_ID, newOrderId } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import { faults } from '@ballast/faults';
import type { PlaceOrderRequest } from '@ballast/contracts/orders';
import { Clock, InjectStore } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import type { BookDecision } from './adapters/order-books.js';
import { PlacementDesk } from './adapters/placement-desk.js';
import type { AnswerRows } from './adapters/order-rows.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { profileKey } from './adapters/order-documents.js';
import { intentOf } from './domain/request-shape.js';
import { placementTerms } from './domain/placement.js';
import type { PlacementDecision, PlacementTerms } from './domain/placement.js';
import type { Order } from './domain/order.js';
import { ExpireOrders } from './expire-orders.js';
import { TriggerOrders } from './trigger-orders.js';

/** A decoded request with what makes it repeatable. */
export interface PlaceOrderCommand {
  readonly request: PlaceOrderRequest;
  readonly idempotencyKey: string;
  /** Hash of method, path and body: the same key with another hash is another request. */
  readonly requestHash: string;
}

/** The one answer to a request, however often it is repeated. */
export type PlacementAnswer =
  | { readonly outcome: 'placed'; readonly order: Order }
  | { readonly outcome: 'refused'; readonly orderId: string; readonly refusal: Refusal }
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'client-order-id-reused' };

/** A row that stores the answer under a name of the caller's: an idempotency key, or a client order id. */
interface AnswerRow {
  readonly id: string;
  readonly kind: 'answer';
  readonly requestHash: string;
  readonly orderId: string;
  readonly refusal?: Refusal;
  readonly ttl?: number;
}

/** Turns a request into an order, placed or refused, exactly once per idempotency key and per client order id. */
@Injectable()
export class PlaceOrder {
  constructor(
    private readonly books: OrderBooks,
    private readonly desk: PlacementDesk,
    private readonly permit: TradingPermit,
    private readonly clock: Clock,
    private readonly expiry: ExpireOrders,
    private readonly triggers: TriggerOrders,
    @InjectStore('trade_orders') private readonly store: ContainerStore,
  ) {}

  /** Throws `Failure` while the store or the broker's quotes cannot be reached; nothing is placed then. */
  async execute(command: PlaceOrderCommand): Promise<PlacementAnswer> {
    const answer = await this.answer(command);
    if (answer.outcome === 'placed') {
      this.expiry.watch(answer.order);
      this.triggers.watch(answer.order);
    }
    return answer;
  }

  private async answer(command: PlaceOrderCommand): Promise<PlacementAnswer> {
    const terms = termsOf(command.request, this.clock.now());
    const decide = await this.desk.open(terms, this.permit.current());
    try {
      return await this.books.change({ ...terms, isNew: true }, async (facts) => {
        const decision = decide(facts);
        // An order that exists under the caller's own name answers before a ladder that its own presence may have closed.
        const named = decision.outcome === 'refused' ? await this.answerNamed(command, facts.alone) : undefined;
        return named === undefined ? changeOf(command, terms, decision) : { events: [], result: () => named };
      });
    } catch (error) {
      if (error instanceof DocumentConflict) return this.earlierAnswer(command, error.id);
      throw error;
    }
  }

  private async earlierAnswer(command: PlaceOrderCommand, conflictId: string): Promise<PlacementAnswer> {
    const answer = await this.answerAt(command, conflictId);
    if (answer === undefined) throw new Error(`row ${conflictId} conflicted and is not there`);
    return answer;
  }

  private async answerNamed(command: PlaceOrderCommand, alone: Alone): Promise<PlacementAnswer | undefined> {
    const { clientOrderId } = command.request;
    if (clientOrderId === undefined) return undefined;
    alone();
    return this.answerAt(command, CLIENT_ORDER_PREFIX + clientOrderId);
  }

  private async answerAt(command: PlaceOrderCommand, rowId: string): Promise<PlacementAnswer | undefined> {
    const { profileId } = command.request;
    const stored = await this.store.read<AnswerRow>(rowId, [PRODUCT_ID, profileId]);
    if (stored === undefined) return undefined;
    const { requestHash, orderId, refusal } = stored.document;
    if (requestHash !== command.requestHash) {
      return { outcome: rowId.startsWith(CLIENT_ORDER_PREFIX) ? 'client-order-id-reused' : 'key-reused' };
    }
    return refusal === undefined
      ? placed(await this.books.find({ profileId, orderId }))
      : { outcome: 'refused', orderId, refusal };
  }
}

function changeOf(
  command: PlaceOrderCommand,
  terms: PlacementTerms,
  decision: PlacementDecision,
): BookDecision<PlacementAnswer> {
  if (decision.outcome === 'placed') {
    return { events: [{ fact: 'placed', data: decision.data }], answers: answerRows(command, terms), result: placed };
  }
  const { refusal, facts } = decision;
  return {
    events: [],
    refused: { data: { ...decision.terms, refusal, facts }, answers: answerRows(command, terms, refusal) },
    result: () => ({ outcome: 'refused', orderId: terms.orderId, refusal }),
  };
}

function placed(order: Order | undefined): PlacementAnswer {
  if (order === undefined) throw new Error('an answer names an order that is not there');
  return { outcome: 'placed', order };
}

const CLIENT_ORDER_PREFIX = 'client-order:';

/** A refusal keeps only the idempotency key: the client order id names an order, and there is none. */
function answerRows(command: PlaceOrderCommand, terms: PlacementTerms, refusal?: Refusal): AnswerRows {
  const given = faults.isWithout('idempotency-key') ? randomUUID() : command.idempotencyKey;
  const key = createHash('sha256').update(given).digest('hex');
  const answer = {
    kind: 'answer',
    ...profileKey(terms.profileId),
    requestHash: command.requestHash,
    orderId: terms.orderId,
  };
  const byKey = { id: `key:${key}`, ...answer, ...(refusal === undefined ? {} : { refusal }), ttl: EVENT_TTL_SECONDS };
  if (terms.clientOrderId === undefined || refusal !== undefined) return [byKey];
  return [byKey, { id: `${CLIENT_ORDER_PREFIX}${terms.clientOrderId}`, ...answer }];
}

/** The terms of a request under a new order id, with what it leaves out. */
export function termsOf(request: PlaceOrderRequest, nowMs: number): PlacementTerms {
  return placementTerms({
    ...request,
    orderId: newOrderId(request.profileId, nowMs),
    clientOrderId: request.clientOrderId,
    timeInForce: request.timeInForce ?? 'day',
    intent: intentOf(request),
    tradeId: request.tradeId,
  });
}
