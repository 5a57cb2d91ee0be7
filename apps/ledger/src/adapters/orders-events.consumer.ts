import type { EventEnvelope } from '@ballast/contracts';
import type {
  OrderEndedV1,
  OrderExecutedV1,
  OrderPlacedV1,
  OrderReplaceRejectedV1,
  OrderReplaceRequestedV1,
  OrderReplacedV1,
} from '@ballast/contracts/orders';
import { decimal } from '@ballast/money';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EndHold } from '../end-hold.js';
import { HoldCapital } from '../hold-capital.js';
import { PostExecution } from '../post-execution.js';
import { RaiseHold } from '../raise-hold.js';
import { ReleaseSurplus } from '../release-surplus.js';

/** What the ledger hears from orders, one line per event. */
@Controller()
export class OrdersEventsConsumer {
  constructor(
    private readonly holdCapital: HoldCapital,
    private readonly postExecution: PostExecution,
    private readonly endHold: EndHold,
    private readonly raiseHold: RaiseHold,
    private readonly releaseSurplus: ReleaseSurplus,
  ) {}

  @EventPattern('order.placed.v1')
  orderPlaced(@Payload() event: EventEnvelope<OrderPlacedV1>): Promise<void> {
    return this.holdCapital.execute(event.data, event.id);
  }

  @EventPattern('order.executed.v1')
  orderExecuted(@Payload() event: EventEnvelope<OrderExecutedV1>): Promise<void> {
    return this.postExecution.execute(event.data, event.id);
  }

  @EventPattern('order.ended.v1')
  orderEnded(@Payload() event: EventEnvelope<OrderEndedV1>): Promise<void> {
    return this.endHold.execute(event.data, event.id);
  }

  @EventPattern('order.replace-requested.v1')
  orderReplaceRequested(@Payload() event: EventEnvelope<OrderReplaceRequestedV1>): Promise<void> {
    return this.raiseHold.execute(event.data, event.id);
  }

  /** Only what the broker was asked for: other prices of later exits change nothing that is held. */
  @EventPattern('order.replaced.v1')
  async orderReplaced(@Payload() event: EventEnvelope<OrderReplacedV1>): Promise<void> {
    const { profileId, orderId, revision, executions, holdUnits, filledQuantity, intent } = event.data;
    if (intent === 'exit' || holdUnits === undefined) return;
    const needs = { holdUnits: BigInt(holdUnits), quantity: decimal(filledQuantity), executions };
    await this.releaseSurplus.execute(profileId, { kind: 'replaced', orderId, revision, ...needs }, event.id);
  }

  /** Only of what had become a replacement. */
  @EventPattern('order.replace-rejected.v1')
  async orderReplaceRejected(@Payload() event: EventEnvelope<OrderReplaceRejectedV1>): Promise<void> {
    const { profileId, orderId, revision, holdUnits, intent } = event.data;
    if (intent === 'exit' || revision === undefined) return;
    const hasAsked = holdUnits !== undefined;
    await this.releaseSurplus.execute(profileId, { kind: 'rejected', orderId, revision, hasAsked }, event.id);
  }
}
