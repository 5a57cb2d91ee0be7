import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Container } from '@azure/cosmos';
import { connectCosmos } from '../src/connect-cosmos.js';

/** What the server does with a request: answer it, or close the connection without a word. */
export type Script = { status: number; headers?: Record<string, string>; body?: unknown } | 'hang up';

/** A request as the SDK made it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ScriptedServer {
  readonly endpoint: string;
  readonly container: Container;
  readonly requests: SeenRequest[];
  close(): Promise<void>;
}

/** Answers the real SDK with what a healthy server never says. */
export async function startScriptedServer(script: (request: SeenRequest) => Script): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      const answer = script(request);
      if (answer === 'hang up') {
        incoming.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const database = await connectCosmos({ endpoint, key: Buffer.from('a key').toString('base64'), database: 'ballast' });
  return {
    endpoint,
    container: database.container('books'),
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
