import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { CapitalPostedV1 } from './ledger.js';
import { OrderPage, PlaceOrderRequest } from './orders.js';

@Module({})
class Nothing {}

describe('the API’s documents', () => {
  const schemas: Record<string, unknown> = {};

  beforeAll(async () => {
    const app = await NestFactory.create(Nothing, new FastifyAdapter(), { logger: false });
    const extraModels = [CapitalPostedV1, OrderPage, PlaceOrderRequest];
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build(), { extraModels });
    Object.assign(schemas, document.components?.schemas);
    await app.close();
  });

  it('have a schema of their own for every nested class', () => {
    expect(Object.keys(schemas).sort()).toEqual([
      'CapitalBalances',
      'CapitalPostedV1',
      'OrderPage',
      'OrderView',
      'PlaceOrderRequest',
      'RefusalReason',
    ]);
    expect(schemas['OrderPage']).toMatchObject({
      properties: { items: { type: 'array', maxItems: 500, items: { $ref: '#/components/schemas/OrderView' } } },
      required: ['items'],
    });
    expect(schemas['CapitalPostedV1']).toMatchObject({
      properties: { balances: { allOf: [{ $ref: '#/components/schemas/CapitalBalances' }] } },
    });
  });

  it('say of a field what is checked', () => {
    expect(schemas['PlaceOrderRequest']).toMatchObject({
      properties: {
        side: { type: 'string', enum: ['buy', 'sell'], example: 'buy' },
        clientOrderId: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._:-]{1,64}$' },
      },
      required: ['profileId', 'symbol', 'side', 'type'],
    });
  });
});
