import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BallastClient, everyItem } from './index.js';
import type { ClientOptions } from './index.js';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
type Reply = readonly [status: number, body?: unknown, headers?: Record<string, string>];

const seen: Seen[] = [];
let replies: ((request: Seen) => Reply)[] = [];
let server: Server;
let options: ClientOptions;
const PROFILE = 'prf_01k9z3v5t8m2c4d6e8f0g2h4j6';

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const asked = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(asked);
      const [status, body, extra] = (replies.length > 1 ? replies.shift() : replies[0])?.(asked) ?? [500];
      const type = status >= 400 ? 'application/problem+json' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...extra });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  options = { baseUrl, retries: { firstDelayMs: 1 } };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
});

const answers = (...given: Reply[]): void => void (replies = given.map((reply) => () => reply));
const problem = (status: number, code: string): Reply => [status, { type: 't', title: 'No.', status, code }];
const client = (): BallastClient => BallastClient.withToken(options, 'a.token');
const order = { profileId: PROFILE, symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' } as const;

describe('a call', () => {
  it('is its method, path, query, headers and body, with the token', async () => {
    answers([202, { orderId: 'ord_1' }]);
    const answer = await client().call('placeOrder', {
      body: order,
      headers: { Prefer: 'wait=5' },
      idempotencyKey: 'k',
    });
    expect(answer).toEqual({ orderId: 'ord_1' });
    expect(seen).toMatchObject([{ method: 'POST', url: '/v1/orders', body: JSON.stringify(order) }]);
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer a.token',
      prefer: 'wait=5',
      'idempotency-key': 'k',
    });
    await client().call('getBalancesAsOf', { path: { id: PROFILE }, query: { asOf: '2026-01-01T00:00:00Z' } });
    expect(seen[1]?.url).toBe(`/v1/profiles/${PROFILE}/capital/balances?asOf=2026-01-01T00%3A00%3A00Z`);
  });

  it('is a problem where the API says no, with its code and what is wrong', async () => {
    answers([
      422,
      { type: 't', title: 'T.', status: 422, code: 'insufficient-capital', limit: '1.00', requestId: 'r' },
    ]);
    await expect(client().call('placeOrder', { body: order })).rejects.toMatchObject({
      name: 'ApiProblem',
      status: 422,
      code: 'insufficient-capital',
      requestId: 'r',
      problem: { limit: '1.00' },
    });
  });

  it('is a problem too where something in between answers', async () => {
    answers([502, '<html>', { 'content-type': 'text/html' }]);
    await expect(client().call('getControls', {})).rejects.toMatchObject({ status: 502, code: 'http-502' });
  });

  it('gives a text where the answer is one', async () => {
    answers([200, 'a,b\r\n', { 'content-type': 'text/csv' }]);
    const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    expect(await client().call('getStatementAsCsv', { path: { id: PROFILE }, query: period })).toBe('a,b\r\n');
  });
});

describe('another try', () => {
  it('of a write has the same key', async () => {
    answers(problem(503, 'service-unavailable'), problem(429, 'too-many-requests'), [202, {}]);
    await client().call('placeOrder', { body: order });
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is not made beyond what was allowed, nor sooner than is worth it', async () => {
    answers(problem(503, 'service-unavailable'));
    await expect(client().call('getControls', {})).rejects.toMatchObject({ code: 'service-unavailable' });
    expect(seen).toHaveLength(4);
    seen.length = 0;
    answers([429, { status: 429, code: 'too-many-requests', title: 't', type: 't' }, { 'retry-after': '3600' }]);
    await expect(client().call('getControls', {})).rejects.toMatchObject({ retryAfterSeconds: 3_600 });
    expect(seen).toHaveLength(1);
  });

  it('is not made of what was refused, or of a write without a key that may have been done', async () => {
    answers(problem(409, 'conflict'));
    await expect(client().call('getControls', {})).rejects.toMatchObject({ code: 'conflict' });
    answers(problem(503, 'service-unavailable'));
    const login = { username: 'u', password: 'p' };
    await expect(BallastClient.anonymous(options).call('signIn', { body: login })).rejects.toMatchObject({
      status: 503,
    });
    expect(seen).toHaveLength(2);
  });

  it('is made of a read where no answer arrives', async () => {
    let tries = 0;
    const flaky = async (request: Request): Promise<Response> => {
      tries += 1;
      if (tries === 1) throw new TypeError('the connection was lost');
      return fetch(request);
    };
    answers([200, { mode: 'active' }]);
    const own = BallastClient.withToken({ ...options, fetch: flaky }, 't');
    expect(await own.call('getControls', {})).toEqual({ mode: 'active' });
  });
});

describe('a session', () => {
  const tokens = (name: string): object => ({
    ...{ accessToken: name, tokenType: 'Bearer', expiresInSeconds: 900, refreshToken: `${name}-refresh` },
  });

  it('renews its token once for all calls that meet its end', async () => {
    replies = [
      ({ url, headers, body }) => {
        if (url === '/v1/auth/login') return [200, tokens('first')];
        if (url === '/v1/auth/refresh') return body.includes('first-refresh') ? [200, tokens('second')] : [401];
        return headers.authorization === 'Bearer second' ? [200, { ok: true }] : problem(401, 'unauthorized');
      },
    ];
    const login = { username: 'u', password: 'p', role: 'trader' };
    const own = await BallastClient.signIn(options, login);
    expect(seen[0]?.body).toBe(JSON.stringify({ username: 'u', password: 'p' }));
    await Promise.all([own.call('getControls', {}), own.call('getControls', {}), own.call('listUsagePlans', {})]);
    expect(seen.filter(({ url }) => url === '/v1/auth/refresh')).toHaveLength(1);
    expect(await own.token()).toBe('second');
  });

  it('asks for the second factor where the user has one', async () => {
    replies = [
      ({ url, body }) => {
        if (url === '/v1/auth/login') return [202, { challenge: 'c', expiresInSeconds: 60 }];
        return body === '{"challenge":"c","code":"123456"}' ? [200, tokens('a')] : problem(401, 'login-failed');
      },
    ];
    const credentials = { username: 'u', password: 'p' };
    const own = await BallastClient.signIn(options, credentials, async () => '123456');
    expect(await own.token()).toBe('a');
    await expect(BallastClient.signIn(options, credentials)).rejects.toMatchObject({ code: 'second-factor-required' });
  });
});

it('goes over the pages of a list as they are wanted', async () => {
  answers([200, { items: [1, 2], nextCursor: 'c' }], [200, { items: [3] }]);
  const found: unknown[] = [];
  const pages = everyItem<unknown>((cursor) =>
    client().call('listOrders', { query: { profileId: PROFILE, ...(cursor !== undefined && { cursor }) } }),
  );
  for await (const item of pages) found.push(item);
  expect(found).toEqual([1, 2, 3]);
  expect(seen.map(({ url }) => url)).toEqual([
    `/v1/orders?profileId=${PROFILE}`,
    `/v1/orders?profileId=${PROFILE}&cursor=c`,
  ]);
});
