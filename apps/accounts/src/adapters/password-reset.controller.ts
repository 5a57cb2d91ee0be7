import { USER_ID_PATTERN } from '@ballast/contracts';
import { ResetPasswordRequest } from '@ballast/contracts/accounts';
import type { PasswordResetView } from '@ballast/contracts/accounts';
import {
  AnsweredWrites,
  IdempotencyKey,
  Public,
  Repeatable,
  RequireFreshSecondFactor,
  Roles,
  idParam,
} from '@ballast/service-host';
import type { RepeatableWrite } from '@ballast/service-host';
import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { ResetPassword } from '../reset-password.js';

/** Another password for who has lost the old one. */
@Controller('v1')
export class PasswordResetController {
  constructor(
    private readonly resetPassword: ResetPassword,
    private readonly answered: AnsweredWrites,
  ) {}

  @Post('users/:id/password-reset')
  @Roles('admin')
  @RequireFreshSecondFactor()
  @Header('cache-control', 'no-store')
  async issue(
    @Repeatable() write: RepeatableWrite,
    @IdempotencyKey() _required: string,
    @idParam('id', USER_ID_PATTERN) userId: string,
  ): Promise<PasswordResetView> {
    let secret: string | undefined;
    const shown = await this.answered.once(write, async () => {
      const { secret: shownOnce, ...kept } = await this.resetPassword.issue(write.callerId, userId);
      secret = shownOnce;
      return kept;
    });
    return { ...shown, ...(secret !== undefined && { secret }) };
  }

  @Public()
  @Post('auth/password-reset')
  @HttpCode(204)
  use(@Body() request: ResetPasswordRequest): Promise<void> {
    return this.resetPassword.use(request);
  }
}
