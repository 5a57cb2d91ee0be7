/** A Nest service that does nothing, built as those of the platform are: what their start and their routes are compared with. */
import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

@Controller()
class EmptyController {
  @Get('health/ready')
  ready(): object {
    return { status: 'ok' };
  }

  @Post('v1/orders')
  @HttpCode(202)
  place(@Body() order: object): object {
    return order;
  }
}

@Module({ controllers: [EmptyController] })
class EmptyModule {}

/** Starts it at the port that the environment says. */
export async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter(), { logger: false });
  app.enableShutdownHooks();
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
}
