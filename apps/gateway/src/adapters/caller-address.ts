import type { FastifyRequest } from 'fastify';

const noted = new WeakMap<FastifyRequest, string>();

/** Remembers from where a request really comes, where that is not the other end of its connection. */
export function noteAddress(request: FastifyRequest, address: string): void {
  if (address !== request.ip) noted.set(request, address);
}

/** From where the request comes, as trusted proxies saw it. */
export function addressOf(request: FastifyRequest): string {
  return noted.get(request) ?? request.ip;
}
