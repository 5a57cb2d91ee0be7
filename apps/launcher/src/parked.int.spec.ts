import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api } from './api.js';
import { runParked } from './parked.js';

/** The gateway, as far as the tool asks it: answers by path, one after the other, and what it was asked. */
class PaperGateway {
  readonly asked: string[] = [];
  readonly answers = new Map<string, { status: number; body: object }[]>();
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes: Buffer) => (body += bytes.toString()));
    request.on('end', () => {
      const call = `${request.method} ${request.url}`;
      this.asked.push(body === '' || body === '{}' ? call : `${call} ${body}`);
      const answers = this.answers.get(call) ?? [{ status: 200, body: { items: [] } }];
      const { status, body: answer } = (answers.length > 1 ? answers.shift() : answers[0])!;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

  async start(): Promise<Api> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return Api.anonymous(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('the tool for parked messages', () => {
  let gateway: PaperGateway;
  let api: Api;
  let printed: string;

  beforeEach(async () => {
    gateway = new PaperGateway();
    api = await gateway.start();
    printed = '';
    const print = (text: string): void => void (printed += `${text}\n`);
    jest.spyOn(console, 'log').mockImplementation(print);
    jest.spyOn(console, 'error').mockImplementation(print);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await gateway.stop();
  });

  const run = (...words: string[]): Promise<number> => runParked(words, async () => api);

  it('lists what is parked and the dead letters of every service', async () => {
    const parked = { subject: 'ord_1', partitionkey: 'prf_1', messages: 2, since: '2026-11-21T00:00:00.000Z' };
    gateway.answers.set('GET /v1/admin/parked/ledger', [
      { status: 200, body: { items: [{ ...parked, reason: 'TypeError', description: 'bug' }] } },
    ]);
    expect(await run('list')).toBe(0);
    expect(gateway.asked).toHaveLength(6);
    expect(printed).toMatch(/ledger +ord_1 +2 +2026-11-21T00:00:00.000Z +TypeError/);
  });

  it('says so when nothing is parked', async () => {
    expect(await run('list')).toBe(0);
    expect(printed).toContain('nothing is parked');
  });

  it('redrives until nothing is left', async () => {
    gateway.answers.set('POST /v1/admin/parked/ledger/ord_1/redrive', [
      { status: 200, body: { redriven: 3, left: 2 } },
      { status: 200, body: { redriven: 2, left: 0 } },
    ]);
    expect(await run('redrive', 'ledger', 'ord_1')).toBe(0);
    expect(printed).toContain('5 handled; 0 left');
  });

  it('stops, and says why, where a message still cannot be handled', async () => {
    gateway.answers.set('POST /v1/admin/parked/ledger/ord_1/redrive', [
      { status: 200, body: { redriven: 1, left: 2, stopped: 'TypeError: bug at x' } },
    ]);
    expect(await run('redrive', 'ledger', 'ord_1')).toBe(1);
    expect(printed).toContain('1 handled; 2 left (TypeError: bug at x)');
    expect(gateway.asked).toHaveLength(1);
  });

  it('drops one message, with the reason', async () => {
    gateway.answers.set('POST /v1/admin/parked/orders/ord_1/drop', [{ status: 200, body: { redriven: 0, left: 1 } }]);
    expect(await run('drop', 'orders', 'ord_1', 'ledger:ord_1:2', 'sent twice')).toBe(0);
    expect(gateway.asked[0]).toContain('{"messageId":"ledger:ord_1:2","reason":"sent twice"}');
  });

  it('shows what the API refuses', async () => {
    const problem = { status: 404, code: 'not-found', title: 'There is no such thing' };
    gateway.answers.set('GET /v1/admin/parked/ledger/ord_9', [{ status: 404, body: problem }]);
    expect(await run('show', 'ledger', 'ord_9')).toBe(1);
    expect(printed).toContain('404 not-found');
  });

  it.each([
    [[], 'a command is needed'],
    [['explode'], 'there is no command explode'],
    [['show', 'ledger'], 'show needs: service, subject'],
    [['show', 'gateway', 'ord_1'], 'gateway is none of the services'],
  ])('explains itself when it is told %p', async (words, why) => {
    expect(await run(...words)).toBe(1);
    expect(printed).toContain(why);
    expect(printed).toContain('npm run parked');
    expect(gateway.asked).toEqual([]);
  });
});
