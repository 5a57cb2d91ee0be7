import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Client } from '../domain/session.js';

/** The `Client` of this request, as the gateway tells it. */
export const RequestClient = createParamDecorator((_data: unknown, context: ExecutionContext): Client => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const { 'user-agent': device, 'x-client-address': address } = headers;
  return {
    ...(device === undefined ? {} : { device }),
    ...(typeof address === 'string' ? { address } : {}),
  };
});
