import { ORDER_ID_PATTERN, PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import { TimelineView } from '@ballast/contracts/audit';
import {
  CancelledOrders,
  OrderPage,
  OrderPreview,
  OrderView,
  PlaceOrderRequest,
  ReplaceOrderRequest,
  SYMBOL_PATTERN,
} from '@ballast/contracts/orders';
import { ProblemException, Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Delete, Get, Headers, HttpCode, Patch, Post, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WAIT_SECONDS_MAX, waitPreference } from '../domain/preference.js';
import { PlaceOrder } from '../place-order.js';
import { PreviewOrder } from '../preview-order.js';
import {
  ApiBodyProblems,
  ApiIdempotencyKey,
  ApiIfMatch,
  ApiNotRepeatable,
  ApiPage,
  ApiProblems,
  ApiRepeatable,
  ETAG,
} from './api-decorators.js';
import { Owners, ownerRequest, sendAnswer } from './owners.js';

const ApiOrderId = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'The order.', schema: { type: 'string', pattern: ORDER_ID_PATTERN.source } });

@ApiTags('Orders')
@ApiBearerAuth()
@Roles(...ROLES)
@Controller('v1/orders')
export class OrdersController {
  constructor(
    private readonly owners: Owners,
    private readonly placeOrder: PlaceOrder,
    private readonly previewOrder: PreviewOrder,
  ) {}

  @Post()
  @Scopes('orders:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'placeOrder',
    summary: 'Place an order. Answered once it is durable; with `Prefer: wait`, once it is decided.',
  })
  @ApiIdempotencyKey()
  @ApiHeader({
    name: 'Prefer',
    description: `\`wait=<seconds>\`, 1 to ${WAIT_SECONDS_MAX}: hold the answer until the order is accepted or refused.`,
    required: false,
    example: 'wait=5',
  })
  @ApiBody({ type: PlaceOrderRequest })
  @ApiAcceptedResponse({ type: OrderView, description: 'The order, placed or, after waiting, as it is then.' })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'client-order-id-reused',
    'order-refused',
    'forbidden',
    'not-found',
  )
  async place(
    @Headers('prefer') prefer: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const waitSeconds = waitPreference(prefer);
    if (waitSeconds === 'invalid') {
      throw new ProblemException('invalid-request', {
        errors: [{ pointer: 'Prefer', detail: `wait must be a whole number from 1 to ${WAIT_SECONDS_MAX}` }],
      });
    }
    sendAnswer(reply, await this.placeOrder.execute(ownerRequest(request), waitSeconds));
  }

  @Post('preview')
  @Scopes('orders:read', 'orders:write')
  @HttpCode(200)
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'previewOrder',
    summary: 'What would become of an order that were placed now, its capital included. Nothing is written.',
  })
  @ApiNotRepeatable('Nothing is written.')
  @ApiBody({ type: PlaceOrderRequest })
  @ApiOkResponse({ type: OrderPreview })
  @ApiBodyProblems('forbidden', 'not-found')
  async preview(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.previewOrder.execute(ownerRequest(request)));
  }

  @Delete()
  @Scopes('orders:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'cancelOrders',
    summary: 'Ask to cancel every live order of a profile, or those in one symbol. Fills may be faster.',
  })
  @ApiRepeatable()
  @ApiQuery({
    name: 'profileId',
    description: 'The profile.',
    schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source },
  })
  @ApiQuery({
    name: 'symbol',
    description: 'Only orders in this symbol.',
    required: false,
    schema: { type: 'string', pattern: SYMBOL_PATTERN.source },
  })
  @ApiAcceptedResponse({ type: CancelledOrders, description: 'How many were asked to end.' })
  @ApiProblems('invalid-request', 'not-found', 'forbidden')
  cancelAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Get()
  @Scopes('orders:read')
  @ApiOperation({ operationId: 'listOrders', summary: 'The orders of a profile, newest first.' })
  @ApiQuery({
    name: 'profileId',
    description: 'The profile.',
    schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source },
  })
  @ApiPage(50, 200)
  @ApiOkResponse({ type: OrderPage })
  @ApiProblems('invalid-request', 'not-found')
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Get(':id')
  @Scopes('orders:read', 'orders:write')
  @ApiOperation({ operationId: 'getOrder', summary: 'One order.' })
  @ApiOrderId()
  @ApiOkResponse({ type: OrderView, headers: ETAG })
  @ApiProblems('not-found')
  one(
    @idParam('id', ORDER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Delete(':id')
  @Scopes('orders:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'cancelOrder', summary: 'Ask to cancel an order. A fill may be faster.' })
  @ApiOrderId()
  @ApiRepeatable()
  @ApiAcceptedResponse({ type: OrderView, description: 'The order with its cancel pending.' })
  @ApiProblems('not-found', 'order-already-ended', 'forbidden')
  cancel(
    @idParam('id', ORDER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Patch(':id')
  @Scopes('orders:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'replaceOrder',
    summary: 'Ask for other terms of an order that rests at the broker. A fill may be faster.',
  })
  @ApiOrderId()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: ReplaceOrderRequest })
  @ApiAcceptedResponse({
    type: OrderView,
    description: 'The order, with its other terms pending or, where the broker need not know them, with these.',
  })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'order-refused',
    'order-already-ended',
    'order-not-open',
    'forbidden',
    'not-found',
  )
  replace(
    @idParam('id', ORDER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Get(':id/timeline')
  @Scopes('orders:read')
  @ApiOperation({ operationId: 'getOrderTimeline', summary: 'The story of an order, as it was audited.' })
  @ApiOrderId()
  @ApiOkResponse({ type: TimelineView })
  @ApiProblems('not-found')
  timeline(
    @idParam('id', ORDER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('audit', request, reply);
  }
}
