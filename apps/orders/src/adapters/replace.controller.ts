import { Body, Controller, HttpCode, Patch } from '@nestjs/common';
import { ORDER_ID_PATTERN } from '@ballast/contracts';
import { ReplaceOrderRequest } from '@ballast/contracts/orders';
import type { OrderView } from '@ballast/contracts/orders';
import {
  ConditionalWrite,
  CurrentCaller,
  ProblemException,
  Roles,
  Scopes,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller, WriteHeaders } from '@ballast/service-host';
import { ReadOrders } from '../read-orders.js';
import { RequestReplace } from '../request-replace.js';
import { orderView } from './order-view.js';

/** Other terms for orders over private HTTP. Somebody else's order is answered as one that does not exist. */
@Controller('v1')
export class ReplaceController {
  constructor(
    private readonly requestReplace: RequestReplace,
    private readonly read: ReadOrders,
  ) {}

  /** 202: capital and the broker decide whether it has the other terms, or stays as it was; a fill may be faster. */
  @Patch('orders/:id')
  @Scopes('orders:write')
  @HttpCode(202)
  @Roles('trader', 'operator', 'admin')
  async replace(
    @idParam('id', ORDER_ID_PATTERN) id: string,
    @Body() changes: ReplaceOrderRequest,
    @ConditionalWrite() headers: WriteHeaders,
    @CurrentCaller() caller: Caller,
  ): Promise<OrderView> {
    if (Object.values(changes).every((value) => value === undefined))
      throw new ProblemException('invalid-request', {
        errors: [{ pointer: '', detail: 'must name what is to change' }],
      });
    const { profileId, symbol } = await this.read.own(id, caller);
    const answer = await this.requestReplace.execute({
      ...{ key: { orderId: id, profileId }, symbol, changes, ...headers },
      requestedBy: caller.userId,
      requestHash: requestHash('PATCH', `/v1/orders/${id}`, changes),
    });
    switch (answer.outcome) {
      case 'requested':
        return orderView(answer.order);
      case 'refused':
        throw new ProblemException('order-refused', { refusal: answer.refusal, orderId: id });
      case 'key-reused':
        throw new ProblemException('idempotency-key-reused');
      case 'invalid':
        throw new ProblemException('invalid-request', { errors: answer.errors });
      case 'stale':
        throw new ProblemException('precondition-failed', { orderId: id });
      case 'already-ended':
        throw new ProblemException('order-already-ended', { orderId: id });
      case 'not-open':
        throw new ProblemException('order-not-open', { orderId: id });
    }
  }
}
