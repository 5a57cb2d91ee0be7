import { Body, Controller, Delete, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ORDER_ID_PATTERN, PROFILE_ID_PATTERN } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import { PlaceOrderRequest, SYMBOL_PATTERN } from '@ballast/contracts/orders';
import type { CancelledOrders, OrderPage, OrderPreview, OrderView } from '@ballast/contracts/orders';
import {
  AnsweredWrites,
  CurrentCaller,
  IdempotencyKey,
  PageQuery,
  ProblemException,
  Repeatable,
  Roles,
  Scopes,
  idParam,
  requestHash,
  versionTag,
} from '@ballast/service-host';
import type { Caller, PageRequest, RepeatableWrite } from '@ballast/service-host';
import type { FastifyReply } from 'fastify';
import { CancelOrders } from '../cancel-orders.js';
import { PlaceOrder } from '../place-order.js';
import { PreviewOrder } from '../preview-order.js';
import { ReadOrders } from '../read-orders.js';
import { RequestCancel } from '../request-cancel.js';
import { contradictionsOf } from '../domain/request-shape.js';
import { orderView } from './order-view.js';
import type { Order } from '../domain/order.js';

/** Orders in one page, at most and unless asked otherwise. */
const PAGE_ORDERS_MAX = 200;
const PAGE_ORDERS_DEFAULT = 50;

/** Orders over private HTTP. Somebody else's profile or order is answered as one that does not exist. */
@Controller('v1')
export class OrdersController {
  constructor(
    private readonly placeOrder: PlaceOrder,
    private readonly previewOrder: PreviewOrder,
    private readonly requestCancel: RequestCancel,
    private readonly cancelOrders: CancelOrders,
    private readonly read: ReadOrders,
    private readonly answered: AnsweredWrites,
  ) {}

  /** 202 with the order once it is durable; 422 with the refusal when the ladder or the ledger has said no. */
  @Post('orders')
  @Scopes('orders:write')
  @HttpCode(202)
  @Roles('trader', 'operator', 'admin')
  async place(
    @Body() request: PlaceOrderRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<OrderView> {
    requireSense(request);
    await this.read.requireOwnBook(request.profileId, caller);
    const answer = await this.placeOrder.execute({
      request,
      idempotencyKey,
      requestHash: requestHash('POST', '/v1/orders', request),
    });
    switch (answer.outcome) {
      case 'placed':
        return viewUnlessRefused(answer.order);
      case 'refused':
        throw refused(answer.orderId, answer.refusal);
      case 'key-reused':
        throw new ProblemException('idempotency-key-reused');
      case 'client-order-id-reused':
        throw new ProblemException('client-order-id-reused', {
          errors: [{ pointer: '/clientOrderId', detail: 'names an order with other terms' }],
        });
    }
  }

  /** 200 with the verdict, also where it is a refusal; nothing is written. */
  @Post('orders/preview')
  @Scopes('orders:read', 'orders:write')
  @HttpCode(200)
  @Roles('trader', 'operator', 'admin')
  async preview(@Body() request: PlaceOrderRequest, @CurrentCaller() caller: Caller): Promise<OrderPreview> {
    requireSense(request);
    await this.read.requireOwnBook(request.profileId, caller);
    return this.previewOrder.execute(request);
  }

  /** 202 with the number of live orders of the profile, or of one symbol in it, that were asked to end. */
  @Delete('orders')
  @Scopes('orders:write')
  @HttpCode(202)
  @Roles('trader', 'operator', 'admin')
  async cancelAll(
    @Query('profileId') profileId: unknown,
    @Query('symbol') symbol: unknown,
    @Repeatable() write: RepeatableWrite,
    @CurrentCaller() caller: Caller,
  ): Promise<CancelledOrders> {
    requireProfileId(profileId);
    if (symbol !== undefined && (typeof symbol !== 'string' || !SYMBOL_PATTERN.test(symbol)))
      throw invalid('symbol', 'must be a symbol');
    await this.read.requireOwnBook(profileId, caller);
    return this.answered.once(write, async () => ({
      requested: await this.cancelOrders.execute(profileId, symbol, caller.userId),
    }));
  }

  /** The profile's orders, newest first. */
  @Get('orders')
  @Scopes('orders:read')
  async list(
    @Query('profileId') profileId: unknown,
    @PageQuery({ limitDefault: PAGE_ORDERS_DEFAULT, limitMax: PAGE_ORDERS_MAX }) page: PageRequest,
    @CurrentCaller() caller: Caller,
  ): Promise<OrderPage> {
    requireProfileId(profileId);
    await this.read.requireOwnBook(profileId, caller);
    return this.read.page(profileId, page);
  }

  @Get('orders/:id')
  @Scopes('orders:read', 'orders:write')
  async one(
    @idParam('id', ORDER_ID_PATTERN) orderId: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const order = await this.read.own(orderId, caller);
    void reply.header('etag', versionTag(order.version));
    return orderView(order);
  }

  /** 202: the broker decides whether the cancel or a fill was first. */
  @Delete('orders/:id')
  @Scopes('orders:write')
  @HttpCode(202)
  @Roles('trader', 'operator', 'admin')
  async cancel(
    @idParam('id', ORDER_ID_PATTERN) orderId: string,
    @Repeatable() write: RepeatableWrite,
    @CurrentCaller() caller: Caller,
  ): Promise<OrderView> {
    const { profileId } = await this.read.own(orderId, caller);
    return this.answered.once(write, async () => {
      const answer = await this.requestCancel.execute({ orderId, profileId }, caller.userId);
      if (answer.outcome === 'not-found') throw new ProblemException('not-found');
      if (answer.outcome === 'already-ended') throw new ProblemException('order-already-ended', { orderId });
      return orderView(answer.order);
    });
  }

  /** 200 when orders knows the profile, with the version of the profile whose risk configuration holds from now on. */
  @Get('books/:id')
  @Scopes('orders:read', 'profiles:write')
  async book(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<{ profileId: string; profileVersion: number }> {
    await this.read.requireOwnBook(profileId, caller);
    return { profileId, profileVersion: await this.read.profileVersion(profileId) };
  }
}

function requireProfileId(profileId: unknown): asserts profileId is string {
  if (typeof profileId !== 'string' || !PROFILE_ID_PATTERN.test(profileId))
    throw invalid('profileId', 'must be the id of a profile');
}

function requireSense(request: PlaceOrderRequest): void {
  const errors = contradictionsOf(request);
  if (errors.length > 0) throw new ProblemException('invalid-request', { errors });
}

function viewUnlessRefused(order: Order): OrderView {
  if (order.state === 'rejected' && order.refusal !== undefined) throw refused(order.id, order.refusal);
  return orderView(order);
}

function refused(orderId: string, { code, limit, value }: Refusal): ProblemException {
  return new ProblemException('order-refused', { refusal: { code, limit, value }, orderId });
}

function invalid(pointer: string, detail: string): ProblemException {
  return new ProblemException('invalid-request', { errors: [{ pointer, detail }] });
}
