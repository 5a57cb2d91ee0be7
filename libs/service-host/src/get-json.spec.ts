import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getJson } from './get-json.js';

const MS_MAX = 30_000;
let server: Server | undefined;

/** The address of a server that answers so. */
async function answering(answer: (response: ServerResponse, tag: string | undefined) => void): Promise<string> {
  const started = createServer((request, response) => answer(response, request.headers['if-none-match']));
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/settings`;
}

const ask = (url: string, headers = {}) => getJson(url, { headers, signal: AbortSignal.timeout(MS_MAX) });

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

describe('asking another service', () => {
  it('sends the headers and returns status, headers and JSON', async () => {
    const url = await answering((response, tag) => response.setHeader('etag', tag ?? '').end('{"text":"größer"}'));
    const { status, headers, json } = await ask(url, { 'if-none-match': '"7"' });
    expect({ status, tag: headers.etag, json: json() }).toEqual({ status: 200, tag: '"7"', json: { text: 'größer' } });
  });

  it('follows no redirect', async () => {
    const url = await answering((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect((await ask(url)).status).toBe(302);
  });

  it('rejects where the answer breaks off', async () => {
    const url = await answering((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":');
      response.socket?.destroySoon();
    });
    await expect(ask(url)).rejects.toThrow('aborted');
  });

  it('rejects an answer that is larger than 16 MiB', async () => {
    const url = await answering((response) => response.end(Buffer.alloc(16 * 1_048_576 + 1, ' ')));
    await expect(ask(url)).rejects.toThrow('larger than 16777216 bytes');
  });

  it('rejects when its signal ends it', async () => {
    const url = await answering(() => undefined);
    const ends = new AbortController();
    const answer = getJson(url, { signal: ends.signal });
    ends.abort();
    await expect(answer).rejects.toThrow('aborted');
  });
});
