import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DocumentConflict } from '@ballast/cosmos';
import type { ContainerStore } from '@ballast/cosmos';
import { EVENT_TTL_SECONDS, PRODUCT_ID } from '@ballast/contracts';
import type { ProblemField, Refusal } from '@ballast/contracts';
import type { ReplaceOrderRequest } from '@ballast/contracts/orders';
import { InjectStore } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import type { BookDecision, BookFacts, OrderKey } from './adapters/order-books.js';
import { profileKey } from './adapters/order-documents.js';
import { PlacementDesk } from './adapters/placement-desk.js';
import type { DecideReplacement } from './adapters/placement-desk.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { hasEnded } from './domain/order.js';
import type { Order } from './domain/order.js';
import { contradictionsOf } from './domain/request-shape.js';
import { mergedRequest, wantedTerms } from './domain/replace-request.js';
import { waitsHere } from './domain/waiting.js';
import { ExpireOrders } from './expire-orders.js';
import { TriggerOrders } from './trigger-orders.js';

/** A decoded request for other terms with what makes it repeatable. */
export interface RequestReplaceCommand {
  readonly key: OrderKey;
  readonly symbol: string;
  readonly changes: ReplaceOrderRequest;
  /** The version of the order that the caller has seen; any where it is left out. */
  readonly expectedVersion: number | undefined;
  readonly requestedBy: string;
  readonly idempotencyKey: string;
  /** Hash of method, path and body: the same key with another hash is another request. */
  readonly requestHash: string;
}

/** The one answer to a request, however often it is repeated; the last four are no answers but the state of things. */
export type ReplaceAnswer =
  | { readonly outcome: 'requested'; readonly order: Order }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'invalid'; readonly errors: ProblemField[] }
  | { readonly outcome: 'stale' | 'already-ended' | 'not-open' };

interface AnswerRow {
  readonly requestHash: string;
  readonly refusal?: Refusal;
}

/** Takes a request for other terms of an order that rests at the broker, or waits here, exactly once per idempotency key. */
@Injectable()
export class RequestReplace {
  constructor(
    private readonly books: OrderBooks,
    private readonly desk: PlacementDesk,
    private readonly permit: TradingPermit,
    private readonly expiry: ExpireOrders,
    private readonly triggers: TriggerOrders,
    @InjectStore('trade_orders') private readonly store: ContainerStore,
  ) {}

  /** Throws `Failure` while the store or the broker's quotes cannot be reached; nothing is asked for then. */
  async execute(command: RequestReplaceCommand): Promise<ReplaceAnswer> {
    const decide = await this.desk.openReplacement(command, this.permit.current());
    const answer = await this.answer(command, decide);
    if (answer.outcome === 'requested') {
      this.expiry.watch(answer.order);
      this.triggers.watch(answer.order);
    }
    return answer;
  }

  private async answer(command: RequestReplaceCommand, decide: DecideReplacement): Promise<ReplaceAnswer> {
    try {
      return await this.books.change<ReplaceAnswer>(command.key, async (facts) => {
        const now = stateOf(command, facts.order);
        if (now === undefined) return decisionOf(command, facts, decide);
        facts.alone();
        const earlier = await this.earlier(command);
        return { events: [], isOfStored: true, result: () => earlier ?? now };
      });
    } catch (error) {
      if (!(error instanceof DocumentConflict)) throw error;
      const earlier = await this.earlier(command);
      if (earlier === undefined) throw new Error(`row ${error.id} conflicted and is not there`, { cause: error });
      return earlier;
    }
  }

  private async earlier({ key, ...command }: RequestReplaceCommand): Promise<ReplaceAnswer | undefined> {
    const stored = await this.store.read<AnswerRow>(answerIdOf(command), [PRODUCT_ID, key.profileId]);
    if (stored === undefined) return undefined;
    const { requestHash, refusal } = stored.document;
    if (requestHash !== command.requestHash) return { outcome: 'key-reused' };
    if (refusal !== undefined) return { outcome: 'refused', refusal };
    const order = await this.books.find(key);
    if (order === undefined) throw new Error('an answer names an order that is not there');
    return { outcome: 'requested', order };
  }
}

/** Why nothing can be decided about the order as it is now; `undefined` where it can. */
function stateOf(command: RequestReplaceCommand, order: Order | undefined): ReplaceAnswer | undefined {
  if (order === undefined) throw new Error(`the order ${command.key.orderId} was there and is not`);
  if (hasEnded(order)) return { outcome: 'already-ended' };
  if (command.expectedVersion !== undefined && command.expectedVersion !== order.version) return { outcome: 'stale' };
  const isHere = order.state === 'accepted' && waitsHere(order);
  const rests = order.state === 'open' || order.state === 'partially-filled' || isHere;
  if (!rests || order.pendingCancel || order.replacement !== undefined) return { outcome: 'not-open' };
  const errors = contradictionsOf(mergedRequest(order, command.changes));
  return errors.length > 0 ? { outcome: 'invalid', errors } : undefined;
}

function decisionOf(
  command: RequestReplaceCommand,
  facts: BookFacts,
  decide: DecideReplacement,
): BookDecision<ReplaceAnswer> {
  const { order } = facts;
  if (order === undefined) throw new Error('unreachable: its state was looked at');
  const { outcome, refusal, events } = decide(order, wantedTerms(order, command.changes), facts);
  return {
    events,
    answers: [answerRow(command, refusal)],
    result: (after) =>
      outcome === 'refused' && refusal !== undefined
        ? { outcome, refusal }
        : { outcome: 'requested', order: after ?? order },
  };
}

function answerRow({ key, ...command }: RequestReplaceCommand, refusal: Refusal | undefined): object {
  const { requestHash } = command;
  return {
    id: answerIdOf(command),
    kind: 'answer',
    ...profileKey(key.profileId),
    requestHash,
    orderId: key.orderId,
    ...(refusal === undefined ? {} : { refusal }),
    ttl: EVENT_TTL_SECONDS,
  };
}

/** Placements and replacements share the caller's names. */
function answerIdOf({ idempotencyKey }: Pick<RequestReplaceCommand, 'idempotencyKey'>): string {
  return `key:${createHash('sha256').update(idempotencyKey).digest('hex')}`;
}
