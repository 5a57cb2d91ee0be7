import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Decimal, decimal } from '@ballast/money';
import { WebSocket } from 'ws';

type Json = Record<string, string>;

const ROOT = process.cwd();
const ORDER_QUANTITY = 120;
const INITIAL_CASH = '1000000';

let buildDir: string;
let dataDir: string;
let child: ChildProcess | undefined;
let url: string;

/** The program as it is shipped, in a folder from which the packages can be found. */
function build(): string {
  mkdirSync(join(ROOT, 'tmp'), { recursive: true });
  buildDir = mkdtempSync(join(ROOT, 'tmp', 'paper-venue-'));
  const program = join(buildDir, 'main.mjs');
  execFileSync(join(ROOT, 'node_modules', '.bin', 'esbuild'), [
    join(ROOT, 'apps/paper-venue/src/main.ts'),
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--packages=external',
    '--log-level=error',
    `--tsconfig=${join(ROOT, 'tsconfig.base.json')}`,
    `--outfile=${program}`,
  ]);
  return program;
}

async function launch(program: string): Promise<void> {
  child = spawn(process.execPath, [program], {
    env: { PORT: '0', DATA_DIR: dataDir, CONTROL: 'true', INITIAL_CASH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('no output to read the address from');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  url = /http:\/\/\S+?(?=,)/.exec(line)?.[0] ?? '';
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  if (!child) return null;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  child = undefined;
  return code;
}

function keys(): { keyId: string; secret: string } {
  return JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8')) as { keyId: string; secret: string };
}

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const { keyId, secret } = keys();
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function allFills(): Promise<Json[]> {
  const fills: Json[] = [];
  for (let page: Json[] = [{}]; page.length > 0; fills.push(...page)) {
    const last = fills.at(-1)?.['id'];
    const token = last === undefined ? '' : `&page_token=${encodeURIComponent(last)}`;
    page = (await call('GET', `/v2/account/activities/FILL?direction=asc${token}`)) as Json[];
  }
  return fills;
}

/** Listens, and resolves `enough` when so many executions were announced. */
async function listen(count: number): Promise<{ announced: string[]; enough: Promise<void> }> {
  const { keyId, secret } = keys();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/stream`);
  const announced: string[] = [];
  await once(socket, 'open');
  let listening = (): void => undefined;
  const ready = new Promise<void>((resolve) => (listening = resolve));
  const enough = new Promise<void>((resolve) => {
    socket.on('message', (raw) => {
      const { stream, data } = JSON.parse(String(raw)) as { stream: string; data: Json };
      if (stream === 'authorization')
        socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } }));
      if (stream === 'listening') listening();
      if (data['execution_id'] !== undefined && announced.push(data['execution_id']) === count) resolve();
    });
  });
  socket.on('error', () => socket.terminate());
  socket.send(JSON.stringify({ action: 'authenticate', data: { key_id: keyId, secret_key: secret } }));
  await ready;
  return { announced, enough };
}

function fillFile(): Json[] {
  const text = readFileSync(join(dataDir, 'fills.ndjson'), 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Json]));
}

const sum = (values: (string | undefined)[]): Decimal => Decimal.sum(0, ...values.map((value) => decimal(value ?? '')));

async function expectConsistentBooks(): Promise<Json> {
  const fills = await allFills();
  const [order = {}] = (await call('GET', '/v2/orders?status=all')) as Json[];
  const account = (await call('GET', '/v2/account')) as Json;
  const position = (await call('GET', '/v2/positions/AAPL')) as Json;
  const traded = sum(fills.map(({ qty }) => qty));
  const cost = Decimal.sum(0, ...fills.map(({ qty = '', price = '' }) => decimal(qty).times(price)));
  const commission = sum(fills.map((fill) => fill['commission']));
  expect(new Set(fills.map(({ id }) => id)).size).toBe(fills.length);
  expect([order['filled_qty'], position['qty']]).toEqual([traded.toFixed(), traded.toFixed()]);
  expect(account['cash']).toBe(decimal(INITIAL_CASH).minus(cost).minus(commission).toFixed());
  expect(fillFile().map(({ id }) => id)).toEqual(fills.map(({ id }) => id?.split('::')[1]));
  return order;
}

describe('a venue that is killed', () => {
  let program: string;

  beforeAll(() => {
    program = build();
  });

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'paper-venue-'));
  });

  afterEach(async () => {
    await end('SIGKILL');
    rmSync(dataDir, { recursive: true });
  });

  afterAll(() => rmSync(buildDir, { recursive: true }));

  it.each([1, 17, 43])('after %d executions loses none and doubles none', async (killAfter) => {
    await launch(program);
    await call('POST', '/control/ticks', { ticks: [{ symbol: 'AAPL', bid: '99', ask: '101', volume: '0' }] });
    const order = {
      symbol: 'AAPL',
      side: 'buy',
      type: 'limit',
      time_in_force: 'gtc',
      qty: ORDER_QUANTITY,
      limit_price: '100',
    };
    await call('POST', '/v2/orders', order);
    const { announced, enough } = await listen(killAfter);
    const one = { symbol: 'AAPL', bid: '99', ask: '99.37', volume: '1' };
    const feeding = Array.from({ length: ORDER_QUANTITY }, () => call('POST', '/control/ticks', { ticks: [one] }));
    const settled = Promise.allSettled(feeding);
    await enough;
    await end('SIGKILL');
    await settled;

    await launch(program);
    const halfFilled = await expectConsistentBooks();
    expect(halfFilled['status']).toBe('partially_filled');
    const known = fillFile().map(({ id }) => id);
    expect(known).toEqual(expect.arrayContaining(announced));

    await call('POST', '/control/ticks', { ticks: [{ ...one, volume: String(ORDER_QUANTITY) }] });
    await expect(expectConsistentBooks()).resolves.toMatchObject({
      status: 'filled',
      filled_qty: String(ORDER_QUANTITY),
    });
    await expect(end('SIGTERM')).resolves.toBe(0);
  });
});
