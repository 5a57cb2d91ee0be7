import type { FastifyRequest } from 'fastify';

const noted = Symbol('address of the caller');
type Noted = FastifyRequest & { [noted]?: string };

/** Remembers from where a request really comes, where that is not the other end of its connection. */
export function noteAddress(request: FastifyRequest, address: string): void {
  (request as Noted)[noted] = address;
}

/** From where the request comes, as trusted proxies saw it. */
export function addressOf(request: FastifyRequest): string {
  return (request as Noted)[noted] ?? request.ip;
}
