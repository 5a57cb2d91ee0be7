/**
 * The local Cosmos server through the real SDK: how its calls compare with the same calls against a server that answers
 * bytes made beforehand, whether cost grows with the amount of data, and how many outbox transactions it commits.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosmosClient, type Container, type OperationInput } from '@azure/cosmos';
import { ItemRequests } from './cosmos-requests.js';
import { documentOf, MASTER_KEY, serve, startServer, type ServerProcess } from './cosmos-processes.js';
import { drive, median, type Call } from './measure.js';

const SMALL_DOCUMENTS = 1_000;
const LARGE_DOCUMENTS = 100_000;
/** Rounds of all that is compared, in turns: each begins with what the one before ended with, so that a drift weighs on both alike. */
const ROUNDS = 14;
const STRETCH_MS = 250;
const WARM_UP_MS = 2_000;
const KEY = ['bench', 'p0'];

type Calls = Readonly<Record<string, Call>>;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cosmos-'));
  const script = process.argv[1]!;
  const real = await startServer(script, join(folder, 'cosmos.db'));
  const canned = await startServer(script);
  const clients = [real, canned].map(clientOf);
  const [realClient, cannedClient] = clients as [CosmosClient, CosmosClient];
  const container = (client: CosmosClient, name: string): Container => client.database('bench').container(name);
  const [small, large] = [container(realClient, 'small'), container(realClient, 'large')];
  await fill(small, SMALL_DOCUMENTS);
  await fill(large, LARGE_DOCUMENTS);
  await compareWithCanned(
    { server: real, calls: await callsOn(small) },
    { server: canned, calls: await callsOn(container(cannedClient, 'small')) },
  );
  const requests = [small, large].map(({ id }) => new ItemRequests(real.endpoint, `dbs/bench/colls/${id}`, KEY));
  await compareSizes(
    real,
    { ...(await callsOn(small)), ...requestsOn(requests[0]!, small) },
    { ...(await callsOn(large)), ...requestsOn(requests[1]!, large) },
  );
  await commitOutbox(small);
  for (const client of clients) client.dispose();
  for (const connected of requests) connected.close();
  await Promise.all([real.stop(), canned.stop()]);
  rmSync(folder, { recursive: true });
}

const clientOf = ({ endpoint }: ServerProcess): CosmosClient =>
  new CosmosClient({
    endpoint,
    key: MASTER_KEY,
    connectionPolicy: { enableBackgroundEndpointRefreshing: false },
  });

/** Documents of one partition, `n` counting up, a tenth of them of the kind `rare`. */
async function fill(container: Container, documents: number): Promise<void> {
  const starts = Array.from({ length: documents / 100 }, (_, index) => index * 100);
  const worker = async (): Promise<void> => {
    for (let start = starts.pop(); start !== undefined; start = starts.pop()) {
      const operations = Array.from({ length: 100 }, (_, offset): OperationInput => {
        const n = start! + offset;
        const resourceBody = documentOf(`doc-${n}`, { n, kind: n % 10 === 0 ? 'rare' : 'order' });
        return { operationType: 'Create', partitionKey: KEY, resourceBody };
      });
      await container.items.bulk(operations);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

async function callsOn(container: Container): Promise<Calls> {
  const heads = Array.from({ length: 64 }, (_, index) => `head-${index}-${Math.random()}`);
  const etags = new Map<string, string>();
  for (const id of heads) etags.set(id, (await container.items.create(documentOf(id))).etag);
  const free = [...heads];
  const replace = async (turn: number): Promise<void> => {
    const id = free.pop()!;
    const accessCondition = { type: 'IfMatch', condition: etags.get(id)! };
    const replaced = await container.item(id, KEY).replace(documentOf(id, { turn }), { accessCondition });
    etags.set(id, replaced.etag);
    free.unshift(id);
  };
  return {
    'point read': (turn) => container.item(`doc-${turn % SMALL_DOCUMENTS}`, KEY).read(),
    create: (turn) => container.items.create(documentOf(`new-${turn}`)),
    'replace with If-Match': replace,
    'batch of three': async (turn) => {
      const id = free.pop()!;
      await container.items.batch(transaction(id, turn), KEY);
      free.unshift(id);
    },
  };
}

const transaction = (head: string, turn: number): OperationInput[] => [
  { operationType: 'Upsert', resourceBody: documentOf(head, { turn }) },
  { operationType: 'Create', resourceBody: documentOf(`event-${turn}`) },
  { operationType: 'Create', resourceBody: documentOf(`row-${turn}`) },
];

/** As plain requests, and one query as a call of the SDK, which is two requests. */
const requestsOn = (requests: ItemRequests, container: Container): Calls => {
  const ordered = "SELECT * FROM c WHERE c.kind = 'rare' ORDER BY c.n DESC";
  return {
    [READ_REQUEST]: requests.read((turn) => `doc-${turn % SMALL_DOCUMENTS}`),
    [ORDERED_REQUEST]: requests.firstOf(ordered),
    'request: indexed filter': requests.firstOf('SELECT * FROM c WHERE c.n = 500'),
    'filter + ORDER BY': () => container.items.query(ordered, { partitionKey: KEY, maxItemCount: 1 }).fetchNext(),
  };
};

const READ_REQUEST = 'request: point read';
const ORDERED_REQUEST = 'request: filter + ORDER BY';

/** Calls of the SDK and the process that answers them. */
interface Side {
  readonly server: ServerProcess;
  readonly calls: Calls;
}

async function compareWithCanned(real: Side, canned: Side): Promise<void> {
  console.log('calls per second at concurrency 16: real, canned, ratio (at least 0.80); server CPU, us per call');
  for (const name of Object.keys(real.calls)) {
    const sides = [real, canned].map((side) => ({ side, rates: [] as number[], costs: [] as number[] }));
    for (const { side } of sides) await drive(side.calls[name]!, 16, WARM_UP_MS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const { side, rates, costs } of inTurn(sides, round)) {
        const before = await side.server.cpuUs();
        const { calls, perSecond } = await drive(side.calls[name]!, 16, STRETCH_MS);
        rates.push(perSecond);
        costs.push(((await side.server.cpuUs()) - before) / calls);
      }
    }
    const [ours, theirs] = sides as [(typeof sides)[0], (typeof sides)[0]];
    const ratio = median(ours.rates.map((rate, round) => rate / theirs.rates[round]!));
    const figures = [median(ours.rates).toFixed(0), median(theirs.rates).toFixed(0), ratio.toFixed(2)];
    row(name, [...figures, median(ours.costs).toFixed(0), median(theirs.costs).toFixed(0)]);
  }
}

async function compareSizes(server: ServerProcess, small: Calls, large: Calls): Promise<void> {
  console.log(
    `server CPU, microseconds per call: ${SMALL_DOCUMENTS} documents, ${LARGE_DOCUMENTS}, growth (at most 1.10)`,
  );
  const costs = new Map<string, number>();
  for (const name of Object.keys(small)) {
    const used: number[][] = [[], []];
    for (const calls of [small, large]) await drive(calls[name]!, 4, WARM_UP_MS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, calls] of inTurn([...[small, large].entries()], round)) {
        used[index]!.push(await costOf(server, calls[name]!));
      }
    }
    const [before, after] = used.map(median) as [number, number];
    const growth = median(used[1]!.map((cost, round) => cost / used[0]![round]!));
    costs.set(name, after);
    row(name, [before.toFixed(0), after.toFixed(0), growth.toFixed(2)]);
  }
  const ratio = costs.get(ORDERED_REQUEST)! / costs.get(READ_REQUEST)!;
  console.log(
    `filter + ORDER BY over ${LARGE_DOCUMENTS} documents, a page of one / point read: ${ratio.toFixed(2)} (at most 2.00)`,
  );
}

const inTurn = <T>(sides: readonly T[], round: number): readonly T[] => (round % 2 === 0 ? sides : sides.toReversed());

async function costOf(server: ServerProcess, call: Call): Promise<number> {
  const before = await server.cpuUs();
  const { calls } = await drive(call, 4, STRETCH_MS);
  return ((await server.cpuUs()) - before) / calls;
}

async function commitOutbox(container: Container): Promise<void> {
  const { 'batch of three': batch } = await callsOn(container);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push((await drive(batch!, 32, STRETCH_MS)).perSecond);
  row('outbox transactions per second at concurrency 32 (at least 1000)', [median(rates).toFixed(0)]);
}

const row = (name: string, values: readonly string[]): void =>
  console.log([name.padEnd(27), ...values.map((value) => value.padStart(8))].join(' '));

await (process.send === undefined ? main() : serve(process.argv.slice(2)));
