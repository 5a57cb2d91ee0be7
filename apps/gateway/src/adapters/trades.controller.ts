import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import { PositionList, TradePage, TradingLimits } from '@ballast/contracts/orders';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiIfMatch, ApiPage, ApiProblems, ApiRepeatable, ETAG } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Trades')
@ApiBearerAuth()
@Roles(...ROLES)
@ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
@Controller('v1/profiles/:id')
export class TradesController {
  constructor(private readonly owners: Owners) {}

  @Get('positions')
  @Scopes('orders:read')
  @ApiOperation({ operationId: 'listPositions', summary: 'What a profile holds, valued at the best bids.' })
  @ApiOkResponse({ type: PositionList })
  @ApiProblems('not-found')
  positions(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Get('trades')
  @Scopes('orders:read')
  @ApiOperation({ operationId: 'listTrades', summary: 'The trades of a profile that are over, newest first.' })
  @ApiPage(50, 200)
  @ApiOkResponse({ type: TradePage })
  @ApiProblems('invalid-request', 'not-found')
  trades(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Get('trading-limits')
  @Scopes('orders:read')
  @ApiOperation({ operationId: 'getTradingLimits', summary: 'The limits of a profile that are not the product’s.' })
  @ApiOkResponse({ type: TradingLimits, headers: ETAG })
  @ApiProblems('not-found')
  limits(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Put('trading-limits')
  @Scopes('profiles:write')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'setTradingLimits', summary: 'Replace the limits of a profile. Operators only.' })
  @ApiRepeatable()
  @ApiIfMatch({ required: true })
  @ApiBody({ type: TradingLimits })
  @ApiOkResponse({ type: TradingLimits, headers: ETAG })
  @ApiBodyProblems('not-found', 'forbidden')
  changeLimits(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }
}
