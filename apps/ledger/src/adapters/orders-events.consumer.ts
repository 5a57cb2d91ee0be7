import type { EventEnvelope } from '@ballast/contracts';
import type { OrderEndedV1, OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EndHold } from '../end-hold.js';
import { HoldCapital } from '../hold-capital.js';
import { PostExecution } from '../post-execution.js';

/** What the ledger hears from orders, one line per event. */
@Controller()
export class OrdersEventsConsumer {
  constructor(
    private readonly holdCapital: HoldCapital,
    private readonly postExecution: PostExecution,
    private readonly endHold: EndHold,
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
}
