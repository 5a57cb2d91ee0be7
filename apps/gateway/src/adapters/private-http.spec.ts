import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { askPrivately } from './private-http.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
});

async function serving(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const get = { method: 'GET', headers: {}, timeoutMs: 30_000 };

it('gives back status, headers and the whole body, over one connection for many requests', async () => {
  const sockets = new Set<Socket>();
  const { url } = await serving((request, response) => {
    sockets.add(request.socket);
    response.writeHead(207, { 'x-of': String(request.headers['x-of']) });
    response.write('{"a":');
    request.on('data', (chunk: Buffer) => response.end(chunk)).resume();
  });
  for (const body of ['1}', '"ü"}']) {
    const answer = await askPrivately(`${url}/a?b=c`, { ...get, method: 'POST', headers: { 'x-of': 'me' }, body });
    expect([answer.status, answer.headers['x-of'], answer.body.toString()]).toEqual([207, 'me', `{"a":${body}`]);
  }
  expect(sockets.size).toBe(1);
});

it('sends a request again whose kept connection was just closed, once', async () => {
  let count = 0;
  const { url } = await serving((request, response) => {
    count += 1;
    // The second request of all meets a connection that ends under it.
    if (count === 2) request.socket.resetAndDestroy();
    else response.end(String(count));
  });
  expect((await askPrivately(url, get)).body.toString()).toBe('1');
  expect((await askPrivately(url, get)).body.toString()).toBe('3');
  expect(count).toBe(3);
});

it('does not send again what a new connection lost, nor wait for what does not come', async () => {
  let count = 0;
  const { url } = await serving((request) => {
    count += 1;
    request.socket.resetAndDestroy();
  });
  await expect(askPrivately(url, get)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(count).toBe(1);
  const silent = await serving(() => {});
  await expect(askPrivately(silent.url, { ...get, timeoutMs: 20 })).rejects.toThrow('no answer within 20 ms');
  const half = await serving((_request, response) => void response.write('half'));
  await expect(askPrivately(half.url, { ...get, timeoutMs: 50 })).rejects.toThrow();
});
