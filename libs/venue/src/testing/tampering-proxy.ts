import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What to do with a request in the venue's place; `false` lets it through. */
export type Tamper = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Stands before a venue and answers in its place where it is told to; everything else passes. */
export class TamperingProxy {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(target: string, tamper: Tamper): Promise<TamperingProxy> {
    const server = createServer((request, response) => {
      if (!tamper(request, response)) void pass(target, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TamperingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function pass(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const answer = await fetch(`${target}${request.url ?? '/'}`, {
    method: request.method ?? 'GET',
    headers: {
      'apca-api-key-id': String(request.headers['apca-api-key-id']),
      'apca-api-secret-key': String(request.headers['apca-api-secret-key']),
    },
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}
