import { AuditPage, AuditVerdict } from '@ballast/contracts/audit';
import { ChangeControlsRequest, ControlsView } from '@ballast/contracts/orders';
import { Roles, Scopes } from '@ballast/service-host';
import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiIfMatch, ApiPage, ApiProblems, ApiRepeatable, ApiStepUp, ETAG } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Operation')
@ApiBearerAuth()
@Roles('operator', 'admin')
@Controller('v1/admin')
export class AdminController {
  constructor(private readonly owners: Owners) {}

  @Get('controls')
  @Scopes('admin:read')
  @ApiOperation({ operationId: 'getControls', summary: 'What trading is allowed now.' })
  @ApiOkResponse({ type: ControlsView, headers: ETAG })
  @ApiProblems('forbidden')
  controls(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Put('controls')
  @Scopes('admin:write')
  @ApiOperation({
    operationId: 'setControls',
    summary: 'Move the kill switch.',
    description: 'Without `If-Match` it can only be `halted`: to stop trading nobody has to have looked first.',
  })
  @ApiRepeatable()
  @ApiIfMatch()
  @ApiBody({ type: ChangeControlsRequest })
  @ApiOkResponse({ type: ControlsView, headers: ETAG })
  @ApiStepUp()
  @ApiBodyProblems('conflict', 'forbidden', 'precondition-required', 'second-factor-required')
  changeControls(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('orders', request, reply);
  }

  @Get('audit')
  @Scopes('admin:read')
  @ApiOperation({ operationId: 'listAuditRecords', summary: 'Audited events of one chain, in its order.' })
  @ApiQuery({ name: 'chainId', description: 'A profile’s id, or `_system`.', required: false, type: String })
  @ApiQuery({
    name: 'subject',
    description: 'Only what is about this; names the chain too where `chainId` is absent.',
    required: false,
    type: String,
  })
  @ApiQuery({ name: 'type', description: 'Only events of this type.', required: false, type: String })
  @ApiPage(100, 500)
  @ApiOkResponse({ type: AuditPage })
  @ApiProblems('invalid-request', 'forbidden')
  audit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('audit', request, reply);
  }

  @Get('audit/verify')
  @Scopes('admin:read')
  @ApiOperation({ operationId: 'verifyAudit', summary: 'Recompute the audit chains and say where one is broken.' })
  @ApiQuery({ name: 'chainId', description: 'This chain only.', required: false, type: String })
  @ApiOkResponse({ type: AuditVerdict })
  @ApiProblems('invalid-request', 'forbidden')
  verify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('audit', request, reply);
  }
}
