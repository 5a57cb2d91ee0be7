import { LoginRequest } from '@ballast/contracts/accounts';
import type { TokenView } from '@ballast/contracts/accounts';
import { Public } from '@ballast/service-host';
import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { SignIn } from '../sign-in.js';

/** Signing in. */
@Controller('v1/auth')
export class AuthController {
  constructor(private readonly signIn: SignIn) {}

  @Public()
  @Post('login')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  login(@Body() request: LoginRequest): Promise<TokenView> {
    return this.signIn.execute(request);
  }
}
