import { Failure } from '@ballast/contracts';
import { CreateProfileRequest, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import { currentTrace } from '@ballast/service-bus';
import { Body, Controller, Get, Inject, Module, Post, Put, Req } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsString, ValidateNested } from 'class-validator';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { FastifyRequest } from 'fastify';
import { Clock } from './clock.js';
import { CurrentCaller, Public, RequireFreshSecondFactor, Roles } from './caller.js';
import type { Caller } from './caller.js';
import { ProblemException } from './problem-exception.js';
import { IdempotencyKey, idParam } from './request-parts.js';
import { Scopes } from './scopes.js';
import { startService } from './start-service.js';
import type { RunningService } from './start-service.js';
import { TokenKeys } from './token-keys.js';
import type { GenuineKey } from './testing/forged-tokens.js';
import { TokenVerifier } from './token-verifier.js';

/** The user of a test's tokens. */
export const USER = `usr_${'a'.repeat(26)}`;

class Leg {
  @IsInt({ message: 'must be a whole number' })
  size!: number;
}

class Nested {
  @ValidateNested({ each: true })
  @Type(() => Leg)
  legs!: Leg[];
  @IsString()
  note!: string;
}

/** Lets a test hold a request in its handler. */
export class Gate {
  arrived: () => void = () => {};
  open: () => void = () => {};
}

@Controller('v1/things')
class ThingsController {
  constructor(@Inject(Gate) private readonly gate: Gate) {}

  @Public()
  @Post()
  make(@Body() body: CreateProfileRequest): object {
    return { body, isDeclared: body instanceof CreateProfileRequest, trace: currentTrace() };
  }

  @Public()
  @Put('nested')
  nest(@Body() body: Nested): object {
    return body;
  }

  @Get('caller')
  @Scopes('orders:read', 'orders:write')
  who(@CurrentCaller() caller: Caller): object {
    return caller;
  }

  @Get('operators')
  @Roles('operator', 'admin')
  operate(): object {
    return {};
  }

  @Get('guarded')
  @RequireFreshSecondFactor()
  guarded(): object {
    return {};
  }

  @Public()
  @Post('keyed')
  keyed(@IdempotencyKey() key: string): object {
    return { key };
  }

  @Public()
  @Get('url')
  url(@Req() { url }: FastifyRequest): object {
    return { url };
  }

  @Public()
  @Get('failure')
  fail(): object {
    throw new Failure('store-unavailable', 'secret host is down', { retryAfterMs: 2_100 });
  }

  @Public()
  @Get('bug')
  bug(): object {
    throw new Error('secret detail');
  }

  @Public()
  @Get('refused')
  refuse(): object {
    const refusal = { code: 'notional-above-limit', limit: '100.00', value: '250.00' };
    throw new ProblemException('order-refused', { refusal, orderId: 'ord_1' });
  }

  @Public()
  @Get('held')
  async hold(): Promise<object> {
    await new Promise<void>((resolve) => {
      this.gate.open = resolve;
      this.gate.arrived();
    });
    return { held: true };
  }

  @Public()
  @Get(':id')
  read(@idParam('id', /^thing_\d$/) id: string): object {
    return { id };
  }
}

/** An answer, read. */
export interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bodies of many shapes
  body: any;
}

/** A service of things, to ask it over HTTP. */
export class Things {
  private constructor(
    readonly service: RunningService,
    readonly gate: Gate,
    /** The key of its tokens. */
    readonly key: GenuineKey,
  ) {}

  static async start(): Promise<Things> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const keys = { keys: [{ ...publicJwk, kid: 'k' }] };
    const gate = new Gate();
    const verifier = {
      provide: TokenVerifier,
      inject: [Clock],
      useFactory: (clock: Clock) => new TokenVerifier(new TokenKeys(async () => keys, clock), clock),
    };
    @Module({ controllers: [ThingsController], providers: [verifier, { provide: Gate, useValue: gate }] })
    class ThingsModule {}
    const options = { name: 'things', host: '127.0.0.1', port: 0, module: ThingsModule, logLevel: 'silent' } as const;
    return new Things(await startService(options), gate, { privateKey, publicJwk, keyId: 'k' });
  }

  /** A token that is valid for a minute unless told otherwise. */
  tokenOf(
    claims: object = { sub: USER, role: 'trader' },
    { expiresAt, audience = TOKEN_AUDIENCE }: { expiresAt?: number; audience?: string } = {},
  ): Promise<string> {
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(audience)
      .setExpirationTime(expiresAt ?? Math.floor(Date.now() / 1_000) + 60)
      .sign(this.key.privateKey);
  }

  async ask(
    method: string,
    path: string,
    o: { body?: string | Buffer; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.service.url}${path}`, { method, ...(o as RequestInit) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  }

  send(body: string | Buffer, type = 'application/json'): Promise<Answer> {
    return this.ask('POST', '/v1/things', { body, headers: { 'content-type': type } });
  }
}

/** Status and code of a problem. */
export const problem = ({ status, body }: Answer): unknown[] => [status, body.code];
