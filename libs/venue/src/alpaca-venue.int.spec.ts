import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal, decimal } from '@ballast/money';
import { startPaperVenue, type PaperVenue } from '@ballast/paper-venue';
import {
  AlpacaVenue,
  VenueOutcomeUnknown,
  VenueRejected,
  VenueUnavailable,
  type VenueOrderRequest,
  type VenueStream,
  type VenueUpdate,
} from './index.js';

const FEE_RATE = decimal('0.001');

let dataDir: string;
let paper: PaperVenue;
let venue: AlpacaVenue;
let keyNumber = 0;

/** A TCP relay in front of the venue that can swallow answers and cut connections. */
class Relay {
  swallowsAnswers = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: TcpServer;

  constructor(target: string) {
    this.server = createTcpServer((near) => {
      const far = connect(Number(new URL(target).port), '127.0.0.1');
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => this.sockets.delete(socket));
      }
      near.on('data', (bytes) => far.write(bytes));
      far.on('data', (bytes) => (this.swallowsAnswers ? near.destroy() : near.write(bytes)));
      near.on('close', () => far.end());
      far.on('close', () => near.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return addressOf(this.server);
  }

  cut(): void {
    this.sockets.forEach((socket) => socket.destroy());
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function addressOf(server: Server | TcpServer): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function venueAt(baseUrl: string): AlpacaVenue {
  return new AlpacaVenue({ baseUrl, keyId: paper.keyId, secret: paper.secret, feeRate: FEE_RATE });
}

function order(change: Partial<VenueOrderRequest> = {}): VenueOrderRequest {
  keyNumber += 1;
  return {
    brokerKey: `key-${keyNumber}`,
    symbol: 'AAPL',
    side: 'buy',
    quantity: decimal('10'),
    limitPrice: decimal('100'),
    timeInForce: 'gtc',
    ...change,
  };
}

async function ticks(...list: { symbol?: string; bid: string; ask: string; volume: string }[]): Promise<void> {
  const response = await fetch(`${paper.url}/control/ticks`, {
    method: 'POST',
    headers: { 'apca-api-key-id': paper.keyId, 'apca-api-secret-key': paper.secret },
    body: JSON.stringify({ ticks: list.map((tick) => ({ symbol: 'AAPL', ...tick })) }),
  });
  expect(response.status).toBe(200);
}

async function cancelEverything(): Promise<void> {
  for (const { venueOrderId } of await venue.openOrders()) await venue.cancel(venueOrderId);
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'venue-'));
  paper = await startPaperVenue({ dataDir, control: true });
  venue = venueAt(paper.url);
});

afterEach(cancelEverything);

afterAll(async () => {
  await paper.close();
  rmSync(dataDir, { recursive: true });
});

describe('orders', () => {
  it('submits an order that is filled at once', async () => {
    await ticks({ bid: '99', ask: '99.5', volume: '10' });
    const request = order();
    const submitted = await venue.submit(request);
    expect(submitted).toMatchObject({ brokerKey: request.brokerKey, status: 'filled', symbol: 'AAPL', side: 'buy' });
    expect(submitted.averagePrice).toEqual(decimal('99.5'));
    await expect(venue.lookup(request.brokerKey)).resolves.toEqual(submitted);
  });

  it('submits a market order', async () => {
    await ticks({ bid: '99', ask: '99.5', volume: '10' });
    await expect(venue.submit(order({ limitPrice: undefined }))).resolves.toMatchObject({ status: 'filled' });
  });

  it('leaves the rest of a large order open until it is cancelled', async () => {
    await ticks({ bid: '99', ask: '100', volume: '4' });
    const submitted = await venue.submit(order());
    expect(submitted).toMatchObject({ status: 'partially-filled', filledQuantity: decimal('4') });
    await expect(venue.openOrders()).resolves.toEqual([submitted]);
    await expect(venue.cancel(submitted.venueOrderId)).resolves.toBe('accepted');
    await expect(venue.lookup(submitted.brokerKey)).resolves.toMatchObject({ status: 'cancelled' });
    await expect(venue.cancel(submitted.venueOrderId)).resolves.toBe('already-terminal');
  });

  it('does not know what was never sent', async () => {
    await expect(venue.lookup('never')).resolves.toBeUndefined();
    await expect(venue.cancel('never')).resolves.toBe('not-found');
  });

  it('answers a repeated broker key with the order it made the first time', async () => {
    await ticks({ bid: '99', ask: '100', volume: '0' });
    const request = order();
    const first = await venue.submit(request);
    await expect(venue.submit(request)).resolves.toEqual(first);
    await expect(venue.openOrders()).resolves.toHaveLength(1);
  });

  it('says why the venue refuses', async () => {
    const refused = venue.submit(order({ side: 'sell', quantity: decimal('1000000') }));
    await expect(refused).rejects.toBeInstanceOf(VenueRejected);
    await expect(refused).rejects.toMatchObject({
      code: '40310000',
      message: expect.stringContaining('insufficient qty'),
    });
    await expect(venue.submit(order({ symbol: 'NOPE' }))).rejects.toMatchObject({ code: '42210000' });
  });
});

describe('executions, assets and quotes', () => {
  it('pages through the executions since a moment', async () => {
    await ticks({ bid: '99', ask: '100', volume: '0' });
    const since = new Date();
    const { venueOrderId } = await venue.submit(order({ quantity: decimal('230') }));
    await ticks(...Array.from({ length: 230 }, () => ({ bid: '99', ask: '100', volume: '1' })));
    const executions = (await venue.executionsSince(since)).filter((each) => each.venueOrderId === venueOrderId);
    expect(executions.map(({ cumulativeQuantity }) => cumulativeQuantity.toNumber())).toEqual(
      Array.from({ length: 230 }, (_, index) => index + 1),
    );
    expect(executions[0]).toMatchObject({ symbol: 'AAPL', side: 'buy', price: decimal('100'), fee: decimal('0.1') });
    await expect(venue.executionsSince(new Date(Date.now() + 1_000))).resolves.toEqual([]);
  });

  it('lists what can be traded', async () => {
    const assets = new Map((await venue.assets()).map((asset) => [asset.symbol, asset]));
    expect(assets.get('AAPL')).toMatchObject({ assetClass: 'equity', tradable: true, priceIncrement: decimal('0.01') });
    expect(assets.get('SPX')).toMatchObject({ assetClass: 'index', quantityScale: 9 });
    expect(assets.get('BTC/USD')).toMatchObject({ assetClass: 'crypto', quantityMin: decimal('0.0001') });
  });

  it('reads quotes to the last digit and leaves unknown symbols out', async () => {
    await ticks({ symbol: 'BTC/USD', bid: '123456789012345678.01', ask: '123456789012345678.03', volume: '1' });
    const quotes = await venue.quotes(['BTC/USD', 'SPX', 'NOPE']);
    expect(quotes.map(({ symbol }) => symbol).sort()).toEqual(['BTC/USD', 'SPX']);
    const bitcoin = quotes.find(({ symbol }) => symbol === 'BTC/USD');
    expect(bitcoin).toMatchObject({ bid: decimal('123456789012345678.01'), ask: decimal('123456789012345678.03') });
    await expect(venue.quotes([])).resolves.toEqual([]);
  });
});

/** Collects what a stream says and waits for it. */
class Listener {
  readonly said: string[] = [];
  readonly updates: VenueUpdate[] = [];
  readonly stream: VenueStream;
  private waiting: { until(): boolean; resolve(): void }[] = [];

  constructor(
    at: AlpacaVenue,
    handlers: { onConnected?(): Promise<void>; onUpdate?(update: VenueUpdate): Promise<void> } = {},
  ) {
    this.stream = at.stream({
      onConnected: async () => {
        await handlers.onConnected?.();
        this.say('connected');
      },
      onUpdate: async (update) => {
        await handlers.onUpdate?.(update);
        this.updates.push(update);
        this.say(update.kind);
      },
      onDisconnected: () => this.say('disconnected'),
    });
  }

  heard(word: string, times = 1): Promise<void> {
    const until = (): boolean => this.said.filter((each) => each === word).length >= times;
    return until() ? Promise.resolve() : new Promise((resolve) => this.waiting.push({ until, resolve }));
  }

  private say(word: string): void {
    this.said.push(word);
    const [done, left] = [this.waiting.filter(({ until }) => until()), this.waiting.filter(({ until }) => !until())];
    this.waiting = left;
    done.forEach(({ resolve }) => resolve());
  }
}

describe('the stream', () => {
  it('tells the life of an order in order, with what each execution was', async () => {
    await ticks({ bid: '99', ask: '100', volume: '4' });
    const listener = new Listener(venue);
    await listener.heard('connected');
    const { venueOrderId, brokerKey } = await venue.submit(order());
    expect(listener.stream.connected).toBe(true);
    await venue.cancel(venueOrderId);
    await listener.heard('cancelled');
    await listener.stream.close();
    expect(listener.said).toEqual(['connected', 'opened', 'executed', 'cancelled']);
    expect(listener.updates[1]).toMatchObject({
      order: { status: 'partially-filled', brokerKey },
      execution: { brokerKey, quantity: decimal('4'), cumulativeQuantity: decimal('4'), fee: new Decimal('0.4') },
    });
    const execution = listener.updates[1]?.kind === 'executed' ? listener.updates[1].execution : undefined;
    const listed = (await venue.executionsSince(execution?.at ?? new Date())).find(
      ({ executionId }) => executionId === execution?.executionId,
    );
    expect({ ...listed, brokerKey }).toEqual(execution);
  });

  it('holds updates back until the caller has healed', async () => {
    await ticks({ bid: '99', ask: '100', volume: '1' });
    let heal = (): void => undefined;
    const healed = new Promise<void>((resolve) => (heal = resolve));
    let arrived = (): void => undefined;
    const healing = new Promise<void>((resolve) => (arrived = resolve));
    const listener = new Listener(venue, { onConnected: () => (arrived(), healed) });
    const witness = new Listener(venue);
    await Promise.all([healing, witness.heard('connected')]);
    await venue.submit(order({ quantity: decimal('1') }));
    await witness.heard('executed');
    expect(listener.said).toEqual([]);
    heal();
    await listener.heard('executed');
    expect(listener.said).toEqual(['connected', 'opened', 'executed']);
    await Promise.all([listener.stream.close(), witness.stream.close()]);
  });

  it('comes back after a cut, and what was missed is among the executions', async () => {
    await ticks({ bid: '99', ask: '100', volume: '0' });
    const since = new Date();
    const relay = new Relay(paper.url);
    const listener = new Listener(venueAt(await relay.listen()));
    await listener.heard('connected');
    const { venueOrderId } = await venue.submit(order({ quantity: decimal('2') }));
    await listener.heard('opened');
    relay.cut();
    await listener.heard('disconnected');
    expect(listener.stream.connected).toBe(false);
    await ticks({ bid: '99', ask: '100', volume: '1' });
    await listener.heard('connected', 2);
    const missed = (await venue.executionsSince(since)).filter((each) => each.venueOrderId === venueOrderId);
    expect(missed).toHaveLength(1);
    await ticks({ bid: '99', ask: '100', volume: '1' });
    await listener.heard('executed');
    await listener.stream.close();
    await relay.close();
  });

  it('gives the connection up when a handler fails, so that healing repeats the update', async () => {
    await ticks({ bid: '99', ask: '100', volume: '1' });
    let failures = 0;
    const listener = new Listener(venue, {
      onUpdate: () => (failures++ === 0 ? Promise.reject(new Error('not now')) : Promise.resolve()),
    });
    await listener.heard('connected');
    await venue.submit(order({ quantity: decimal('1') }));
    await listener.heard('connected', 2);
    expect(listener.said).toEqual(['connected', 'disconnected', 'connected']);
    await listener.stream.close();
  });
});

describe('when the venue is unwell', () => {
  let server: Server | undefined;

  const stub = async (listener: RequestListener): Promise<AlpacaVenue> => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return venueAt(addressOf(server));
  };

  afterEach(async () => {
    jest.restoreAllMocks();
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  it('does not know the outcome when the answer is lost, and finds the order afterwards', async () => {
    await ticks({ bid: '99', ask: '100', volume: '0' });
    const relay = new Relay(paper.url);
    const behindRelay = venueAt(await relay.listen());
    relay.swallowsAnswers = true;
    const request = order();
    await expect(behindRelay.submit(request)).rejects.toBeInstanceOf(VenueOutcomeUnknown);
    await expect(behindRelay.lookup(request.brokerKey)).rejects.toBeInstanceOf(VenueUnavailable);
    relay.swallowsAnswers = false;
    await expect(behindRelay.lookup(request.brokerKey)).resolves.toMatchObject({ status: 'open' });
    await relay.close();
  });

  it.each([500, 502, 503, 504])('does not know the outcome after a %d', async (status) => {
    const unwell = await stub((_request, response) => response.writeHead(status).end());
    await expect(unwell.submit(order())).rejects.toBeInstanceOf(VenueOutcomeUnknown);
    await expect(unwell.openOrders()).rejects.toBeInstanceOf(VenueUnavailable);
  });

  it('does not know the outcome when the deadline passes', async () => {
    const inTime = AbortSignal.timeout.bind(AbortSignal);
    const deadline = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => inTime(50));
    const silent = await stub(() => undefined);
    await expect(silent.submit(order())).rejects.toBeInstanceOf(VenueOutcomeUnknown);
    expect(deadline).toHaveBeenCalledWith(venue.capabilities.callDeadlineMs);
  });

  it.each(['not json', '{}', '{"id":1'])('does not know the outcome when the answer is %p', async (text) => {
    const garbled = await stub((_request, response) => response.writeHead(200).end(text));
    await expect(garbled.submit(order())).rejects.toBeInstanceOf(VenueOutcomeUnknown);
    await expect(garbled.lookup('any')).rejects.toBeInstanceOf(VenueUnavailable);
  });

  it('knows that nothing happened when the connection is refused', async () => {
    const gone = await stub(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;
    await expect(gone.submit(order())).rejects.toBeInstanceOf(VenueUnavailable);
  });

  it('waits as long as the venue says when there were too many calls', async () => {
    const busy = await stub((_request, response) => response.writeHead(429, { 'retry-after': '3' }).end());
    await expect(busy.submit(order())).rejects.toMatchObject({ name: 'VenueUnavailable', retryAfterMs: 3_000 });
  });

  it('takes refused keys for an unavailable venue, not for a refused order', async () => {
    const stranger = new AlpacaVenue({ baseUrl: paper.url, keyId: 'x', secret: 'y', feeRate: FEE_RATE });
    await expect(stranger.submit(order())).rejects.toBeInstanceOf(VenueUnavailable);
    const connecting = new Promise<Error | undefined>((resolve) => {
      const stream = stranger.stream({
        onConnected: () => Promise.resolve(),
        onUpdate: () => Promise.resolve(),
        onDisconnected: (cause) => void stream.close().then(() => resolve(cause)),
      });
    });
    await expect(connecting).resolves.toMatchObject({ message: expect.stringContaining('keys') });
  });

  it('keeps the secret out of what it repeats', async () => {
    const chatty = await stub((request, response) =>
      response
        .writeHead(422)
        .end(JSON.stringify({ code: 1, message: `bad ${String(request.headers['apca-api-secret-key'])}` })),
    );
    await expect(chatty.submit(order())).rejects.toMatchObject({ code: '1', message: 'bad [secret]' });
  });
});
