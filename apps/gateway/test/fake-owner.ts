import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONFIGURATION_PATH } from '@ballast/contracts/accounts';

/** A request as an owner got it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a fake owner answers; a body that is no text is sent as JSON. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A service behind the gateway that answers what a test tells it to, else 404. */
export class FakeOwner {
  /** Requests of callers; what the gateway asks for itself is not among them. */
  readonly seen: SeenRequest[] = [];
  /** Answers what no route does. */
  otherwise: (request: SeenRequest) => FakeAnswer | Promise<FakeAnswer> = () => ({
    status: 404,
    body: { code: 'not-found' },
  });
  private readonly answers = new Map<string, (request: SeenRequest) => FakeAnswer | Promise<FakeAnswer>>();
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const seen = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      if (!path.startsWith('/internal/') && path !== CONFIGURATION_PATH) this.seen.push(seen);
      const answer = this.answers.get(`${method} ${path}`) ?? this.otherwise;
      void Promise.resolve(answer(seen)).then(({ status = 200, headers: given = {}, body }) => {
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...given });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  });

  static async start(): Promise<FakeOwner> {
    const owner = new FakeOwner();
    await new Promise<void>((resolve) => owner.server.listen(0, '127.0.0.1', resolve));
    return owner;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on `route` (`GET /v1/orders/x`) answers this. */
  answer(route: string, answer: FakeAnswer | ((request: SeenRequest) => FakeAnswer | Promise<FakeAnswer>)): void {
    this.answers.set(route, typeof answer === 'function' ? answer : () => answer);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }
}
