import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startPaperVenue, type PaperVenue } from './index.js';

interface Message {
  stream: string;
  data: Record<string, unknown>;
}

let dataDir: string;
let venue: PaperVenue;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'paper-venue-'));
  venue = await startPaperVenue({ dataDir, control: true });
});

afterAll(async () => {
  await venue.close();
  rmSync(dataDir, { recursive: true });
});

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(`${venue.url.replace('http', 'ws')}/stream`);
  await once(socket, 'open');
  return socket;
}

async function ask(socket: WebSocket, message: unknown): Promise<Message> {
  const answered = once(socket, 'message');
  socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const [raw] = (await answered) as [Buffer];
  return JSON.parse(String(raw)) as Message;
}

const listen = { action: 'listen', data: { streams: ['trade_updates', 'other'] } };

async function listener(): Promise<Message[]> {
  const socket = await open();
  await ask(socket, { action: 'auth', key: venue.keyId, secret: venue.secret });
  await ask(socket, listen);
  const heard: Message[] = [];
  socket.on('message', (raw) => heard.push(JSON.parse(String(raw)) as Message));
  sockets.push(socket);
  return heard;
}

const sockets: WebSocket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.terminate()));

async function post(path: string, body: unknown): Promise<void> {
  await fetch(`${venue.url}${path}`, {
    method: 'POST',
    headers: { 'apca-api-key-id': venue.keyId, 'apca-api-secret-key': venue.secret },
    body: JSON.stringify(body),
  });
}

describe('the stream of trade updates', () => {
  it('gives each listener its own copy, with the order and what was traded', async () => {
    const [one, other] = [await listener(), await listener()];
    await post('/control/ticks', { ticks: [{ symbol: 'AAPL', bid: '99', ask: '100', volume: '4' }] });
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', time_in_force: 'ioc', qty: '10' };
    const last = Promise.all(sockets.map((socket) => heardCanceled(socket)));
    await post('/v2/orders', order);
    await last;
    expect(one).toEqual(other);
    expect(one.map(({ data }) => data['event'])).toEqual(['new', 'partial_fill', 'canceled']);
    expect(one[1]).toMatchObject({
      stream: 'trade_updates',
      data: { price: '100', qty: '4', position_qty: '4', commission: '0.40', order: { status: 'partially_filled' } },
    });
    expect(one[2]).toMatchObject({ data: { order: { status: 'canceled', filled_qty: '4', filled_avg_price: '100' } } });
  });

  it('lets nobody listen who has not shown the keys', async () => {
    const socket = await open();
    await expect(ask(socket, listen)).resolves.toMatchObject({
      stream: 'authorization',
      data: { status: 'unauthorized' },
    });
    await expect(ask(socket, 'no json')).resolves.toMatchObject({ data: { status: 'unauthorized' } });
    const closed = once(socket, 'close');
    const wrong = { action: 'authenticate', data: { key_id: venue.keyId, secret_key: 'wrong' } };
    await expect(ask(socket, wrong)).resolves.toMatchObject({ data: { status: 'unauthorized' } });
    await closed;
  });
});

async function heardCanceled(socket: WebSocket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.on('message', (raw) => {
      if ((JSON.parse(String(raw)) as Message).data['event'] === 'canceled') resolve();
    });
  });
}
