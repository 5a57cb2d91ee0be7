import { newSessionId, newUserId } from '@ballast/contracts';
import { PlaceOrderRequest } from '@ballast/contracts/orders';
import { Body, Controller, HttpCode, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { GatewaySettings } from '../../gateway/src/gateway.config.js';
import { startGateway } from '../../gateway/src/start-gateway.js';
import { startSurroundings } from '../../gateway/test/gateway-surroundings.js';

/** The CPU that a process has used since it began, in microseconds. */
export interface CpuAnswer {
  readonly micros: number;
}

/** Serves in this process what `role` names, and answers every question with the CPU that it has used. */
export async function serve(role: string, told: unknown): Promise<void> {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ micros: user + system } satisfies CpuAnswer);
  });
  if (role === 'surroundings') await serveSurroundings();
  if (role === 'gateway') {
    process.send?.({ url: (await startGateway((told as { settings: GatewaySettings }).settings)).url });
  }
  if (role === 'empty') await serveEmpty();
}

/** Owners that answer at once, and a local Azure. */
async function serveSurroundings(): Promise<void> {
  const surroundings = await startSurroundings();
  surroundings.owners.orders.answer('POST /v1/orders', { status: 202, body: { orderId: 'ord_1', state: 'placed' } });
  surroundings.owners.accounts.answer('GET /.well-known/revoked-sessions.json', { body: { sessionIds: [] } });
  const claims = { sid: newSessionId(1) };
  const token = await surroundings.token({ userId: newUserId(1), expiresInSeconds: 3_600, claims });
  // As it is started by itself: one line is logged per request.
  process.send?.({ settings: { ...surroundings.settings, logLevel: 'info' }, token });
}

@Controller('v1/orders')
class EmptyController {
  @Post()
  @HttpCode(202)
  place(@Body() { symbol }: PlaceOrderRequest): object {
    return { orderId: 'ord_1', state: 'placed', symbol };
  }
}

@Module({ controllers: [EmptyController] })
class EmptyModule {}

/** Nest with its own pipe over class-validator, and nothing else. */
async function serveEmpty(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter(), { logger: false });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  await app.listen(0, '127.0.0.1');
  process.send?.({ url: await app.getUrl() });
}
