import {
  ChangePasswordRequest,
  EnrolSecondFactorRequest,
  ROLES,
  SecondFactorEnrolledView,
  SecondFactorSecretView,
  StepUpRequest,
  TokenView,
} from '@ballast/contracts/accounts';
import { Roles } from '@ballast/service-host';
import { Controller, Delete, Post, Put, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiProblems, ApiStepUp, ApiNotRepeatable, OF_CREDENTIALS } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Sign-in')
@Roles(...ROLES)
@ApiBearerAuth()
@Controller('v1/auth')
export class CredentialsController {
  constructor(private readonly owners: Owners) {}

  @Post('step-up')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'stepUp',
    summary: 'Show the second factor again: a token for what needs a fresh one, for 5 minutes.',
  })
  @ApiBody({ type: StepUpRequest })
  @ApiOkResponse({ type: TokenView, description: 'An access token; the refresh token you have stays.' })
  @ApiBodyProblems('second-factor-wrong', 'conflict', 'not-found')
  stepUp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Put('password')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change your password. Every session of yours ends, this one too.',
  })
  @ApiBody({ type: ChangePasswordRequest })
  @ApiNoContentResponse({ description: 'Sign in again with the new one.' })
  @ApiBodyProblems('password-wrong')
  changePassword(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post('second-factor')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'enrolSecondFactor',
    summary: 'Get a secret for your authenticator. It counts for nothing before it is confirmed.',
  })
  @ApiBody({ type: EnrolSecondFactorRequest })
  @ApiCreatedResponse({ type: SecondFactorSecretView, description: 'Shown this once.' })
  @ApiBodyProblems('password-wrong', 'conflict', 'not-found')
  beginSecondFactor(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post('second-factor/confirm')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'confirmSecondFactor',
    summary: 'Prove with a code that your authenticator has the secret.',
  })
  @ApiBody({ type: StepUpRequest })
  @ApiOkResponse({
    type: SecondFactorEnrolledView,
    description: 'A token with a fresh second factor, and recovery codes.',
  })
  @ApiBodyProblems('second-factor-wrong', 'conflict', 'not-found')
  confirmSecondFactor(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Delete('second-factor')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({ operationId: 'removeSecondFactor', summary: 'Give up your second factor.' })
  @ApiNoContentResponse({ description: 'You have none any more.' })
  @ApiStepUp()
  @ApiProblems('second-factor-required', 'not-found')
  removeSecondFactor(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
