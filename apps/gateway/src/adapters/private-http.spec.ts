import { createServer } from 'node:http';
import { createServer as createSafeServer } from 'node:https';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { selfSigned } from '../../../local-azure/src/certificate-fixture.js';
import { PrivateHttp } from './private-http.js';

const servers: Pick<Server, 'close' | 'closeAllConnections'>[] = [];
const clients: PrivateHttp[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
});

/** A client of a server that answers so. */
async function asking(listener: RequestListener, { below = '', timeoutMs = 30_000 } = {}): Promise<PrivateHttp> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new PrivateHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`, timeoutMs);
  clients.push(client);
  return client;
}

const get = { method: 'GET', path: '/', headers: {} };

it('gives back status, headers and the whole body, over one connection for many requests', async () => {
  const sockets = new Set<Socket>();
  const seen: unknown[] = [];
  const client = await asking(
    (request, response) => {
      sockets.add(request.socket);
      seen.push([request.method, request.url, request.headers['content-length']]);
      response.writeHead(207, { 'x-of': String(request.headers['x-of']) });
      response.write('{"a":');
      request.on('data', (chunk: Buffer) => response.write(chunk)).on('end', () => response.end());
    },
    { below: '/below' },
  );
  for (const body of ['1}', '"ü"}']) {
    const request = { method: 'POST', path: '/a?b=c', headers: { 'x-of': 'mé' }, body: Buffer.from(body) };
    const answer = await client.ask(request);
    expect([answer.status, answer.headers['x-of'], answer.body.toString()]).toEqual([207, 'mé', `{"a":${body}`]);
  }
  await client.ask({ ...get, method: 'PUT' });
  await client.ask({ ...get, method: 'DELETE' });
  expect(seen).toEqual([
    ['POST', '/below/a?b=c', '2'],
    ['POST', '/below/a?b=c', '5'],
    ['PUT', '/below/', '0'],
    ['DELETE', '/below/', undefined],
  ]);
  expect(sockets.size).toBe(1);
});

it('asks at once what is asked at once, and each gets its own answer', async () => {
  const busy = new Set<Socket>();
  const client = await asking((request, response) => {
    expect(busy.has(request.socket)).toBe(false);
    busy.add(request.socket);
    setImmediate(() => {
      busy.delete(request.socket);
      response.end(request.url);
    });
  });
  for (let round = 0; round < 3; round += 1) {
    const paths = Array.from({ length: 20 }, (_, index) => `/${round}-${index}`);
    const answers = await Promise.all(paths.map((path) => client.ask({ ...get, path })));
    expect(answers.map(({ body }) => body.toString())).toEqual(paths);
  }
});

it('sends a request again whose kept connection was just closed, once', async () => {
  let count = 0;
  const client = await asking((request, response) => {
    count += 1;
    // The second request of all meets a connection that ends under it.
    if (count === 2) request.socket.resetAndDestroy();
    else response.end(String(count));
  });
  expect((await client.ask(get)).body.toString()).toBe('1');
  expect((await client.ask(get)).body.toString()).toBe('3');
  expect(count).toBe(3);
});

it('does not send again what a new connection lost, nor what was half answered', async () => {
  let count = 0;
  const client = await asking((request, response) => {
    count += 1;
    if (count === 2) response.end('whole');
    else if (count === 3) response.write('half', () => request.socket.destroy());
    else request.socket.resetAndDestroy();
  });
  await expect(client.ask(get)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(count).toBe(1);
  await client.ask(get);
  await expect(client.ask(get)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(count).toBe(3);
});

it('does not wait for what does not come', async () => {
  const silent = await asking(() => {}, { timeoutMs: 20 });
  await expect(silent.ask(get)).rejects.toThrow('no answer within 20 ms');
  const half = await asking((_request, response) => void response.write('half'), { timeoutMs: 50 });
  await expect(half.ask(get)).rejects.toThrow('no answer within 50 ms');
});

it('ends a connection that says something unasked, or what cannot be read', async () => {
  const sockets: Socket[] = [];
  const client = await asking((request, response) => {
    sockets.push(request.socket);
    if (request.url === '/wrong') request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n');
    else response.end('1');
  });
  await client.ask(get);
  const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
  sockets[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged');
  await closed;
  expect((await client.ask(get)).body.toString()).toBe('1');
  expect(sockets).toHaveLength(2);
  await expect(client.ask({ ...get, path: '/wrong' })).rejects.toThrow('the length cannot be read');
});

it('asks no server over TLS whose certificate it cannot trust', async () => {
  let count = 0;
  const server = createSafeServer(selfSigned(), () => (count += 1));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new PrivateHttp(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, 30_000);
  await expect(client.ask(get)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(count).toBe(0);
});

it.each([
  { ...get, path: '/a HTTP/1.1\r\nx: y' },
  { ...get, headers: { a: 'b\r\nx: y' } },
])('sends nothing that would end a line: %j', async (request) => {
  let count = 0;
  const client = await asking(() => (count += 1));
  await expect(client.ask(request)).rejects.toThrow('cannot be sent');
  expect(count).toBe(0);
});
