/**
 * What the gateway itself costs, its log lines among it: CPU per `POST /v1/orders`, beside a Nest application that does nothing but check the same body
 * with class-validator; each a process of its own, in turns, by one client. `requests=4000 rounds=5` says how much.
 */
import { Agent, request } from 'node:http';
import { newProfileId } from '@ballast/contracts';
import type { GatewaySettings } from '../../gateway/src/gateway.config.js';
import { median } from './measure.js';
import { BenchProcess } from './bench-process.js';
import { serve } from './gateway-process.js';
import type { CpuAnswer } from './gateway-process.js';
import { told } from './told.js';

const REQUESTS = Number(told('requests') ?? 4_000);
const ROUNDS = Number(told('rounds') ?? 5);
/** Requests before anything is measured: until the code is compiled. */
const WARM_UP_REQUESTS = 4_000;
/** Requests under way at once. */
const CONCURRENCY = 8;
/** Most that the gateway may cost, in times of the application that does nothing. */
const RATIO_MAX = 2;
const ORDER = JSON.stringify({
  ...{ profileId: newProfileId(1), symbol: 'AAPL', side: 'buy', type: 'limit' },
  ...{ quantity: '10', limitPrice: '187.25', timeInForce: 'day' },
});

type Served = BenchProcess<{ readonly url: string }, CpuAnswer>;
interface Surroundings {
  readonly settings: GatewaySettings;
  readonly token: string;
}

async function main(): Promise<void> {
  const script = process.argv[1] ?? '';
  const surroundings = await BenchProcess.start<Surroundings, object>(script, 'surroundings');
  const { settings, token } = surroundings.ready;
  const gateway: Served = await BenchProcess.start(script, 'gateway', { settings }, { isQuiet: true });
  const empty: Served = await BenchProcess.start(script, 'empty');
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  try {
    const costs = { gateway: [] as number[], empty: [] as number[] };
    for (const { ready } of [gateway, empty]) await drive(ready.url, { token, agent, requests: WARM_UP_REQUESTS });
    for (let round = 1; round <= ROUNDS; round += 1) {
      costs.empty.push(await microsPerRequest(empty, { token, agent }));
      costs.gateway.push(await microsPerRequest(gateway, { token, agent }));
    }
    report(costs);
  } finally {
    agent.destroy();
    for (const server of [gateway, empty, surroundings]) await server.end('SIGKILL');
  }
}

async function microsPerRequest(server: Served, { token, agent }: { token: string; agent: Agent }): Promise<number> {
  const before = await server.ask({});
  await drive(server.ready.url, { token, agent, requests: REQUESTS });
  return ((await server.ask({})).micros - before.micros) / REQUESTS;
}

async function drive(
  url: string,
  { token, agent, requests }: { token: string; agent: Agent; requests: number },
): Promise<void> {
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await place(url, { token, agent, key: `k${requests}-${left}` });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

function place(url: string, { token, agent, key }: { token: string; agent: Agent; key: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(ORDER),
      'idempotency-key': key,
    };
    const sent = request(`${url}/v1/orders`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 202 ? resolve() : reject(new Error(`${url} answered ${answer.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(ORDER);
  });
}

function report(costs: { gateway: readonly number[]; empty: readonly number[] }): void {
  const ratio = median(costs.gateway.map((micros, round) => micros / (costs.empty[round] ?? Number.NaN)));
  const shown = (values: readonly number[]): string => `${median(values).toFixed(0)} µs`;
  console.log(`CPU per POST /v1/orders, of ${ROUNDS} rounds of ${REQUESTS}:`);
  console.log(`  the gateway                     ${shown(costs.gateway)}`);
  console.log(`  a Nest route, class-validator   ${shown(costs.empty)}`);
  console.log(`  ratio ${ratio.toFixed(2)} (at most ${RATIO_MAX}) ${ratio <= RATIO_MAX ? 'ok' : 'TOO MUCH'}`);
  process.exitCode = ratio <= RATIO_MAX ? 0 : 1;
}

const [, , role, toldServer = '{}'] = process.argv;
if (process.send === undefined) await main();
else await serve(role ?? '', JSON.parse(toldServer));
