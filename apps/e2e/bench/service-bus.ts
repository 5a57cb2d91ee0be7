/**
 * The local Service Bus, as a process of its own, by a client below the SDK: its rates beside those of RabbitMQ in the same
 * run, what a message costs it, what it costs idle, whether its memory grows with what goes through or with what waits,
 * and how soon it serves a backlog after a start. How much
 * of each, and what of all this, can be told: `messages=1000000 backlog=200000 only=through,backlog`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventContext } from 'rhea';
import { AmqpLoad } from './amqp-load.js';
import { median } from './measure.js';
import { startRabbitMq, whyNoRabbitMq } from './rabbitmq.js';
import { KEY, QUEUE, serve, startServer, SUBSCRIPTIONS, TOPIC, type ServerProcess } from './service-bus-process.js';
import { told } from './told.js';

const ROUNDS = 5;
const STRETCH_MS = 1_000;
const IN_FLIGHT = 200;
const MESSAGES_DEFAULT = 100_000;
const BACKLOG_DEFAULT = 200_000;
const PARTS = 10;
const COST_MS = 3_000;
const IDLE_MS = 10_000;
const US_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;

const ACCESS = { key: KEY, entities: [QUEUE, TOPIC] };

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const folder = mkdtempSync(join(tmpdir(), 'bench-service-bus-'));
  const script = process.argv[1]!;
  const start = (name: string): Promise<ServerProcess> => startServer(script, join(folder, `${name}.db`));
  const parts: Readonly<Record<string, () => Promise<void>>> = {
    compare: () => compareWithRabbitMq(start, folder),
    cost: () => countCost(start),
    through: () => sendThrough(start, Number(told('messages') ?? MESSAGES_DEFAULT)),
    backlog: () => serveBacklog(start, Number(told('backlog') ?? BACKLOG_DEFAULT)),
  };
  try {
    for (const name of told('only')?.split(',') ?? Object.keys(parts)) await parts[name]!();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Start = (name: string) => Promise<ServerProcess>;

async function compareWithRabbitMq(start: Start, folder: string): Promise<void> {
  const reason = whyNoRabbitMq();
  if (reason !== undefined) {
    console.log(`not compared with RabbitMQ: ${reason}`);
    return;
  }
  const rabbit = await startRabbitMq(join(folder, 'rabbitmq'), QUEUE);
  const server = await start('compared');
  try {
    const here = await AmqpLoad.connect(server.port, QUEUE, ACCESS);
    const there = await AmqpLoad.connect(rabbit.port, rabbit.address);
    const rounds: { here: Rates; there: Rates }[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      rounds.push({ here: await ratesOf(here), there: await ratesOf(there) });
    }
    console.log(`messages per second, durable: here, RabbitMQ ${rabbit.version}, ratio`);
    const [, ...warm] = rounds;
    for (const [name, title] of Object.entries(RATES) as [keyof Rates, string][]) {
      const [ours, theirs] = [warm.map(({ here: rates }) => rates[name]), warm.map(({ there: rates }) => rates[name])];
      const ratio = median(ours.map((rate, round) => rate / theirs[round]!));
      row(title, [median(ours).toFixed(0), median(theirs).toFixed(0), ratio.toFixed(2)]);
    }
    for (const load of [here, there]) await load.close();
  } finally {
    await Promise.all([server.stop(), rabbit.stop()]);
  }
}

const RATES = {
  many: `sent, ${IN_FLIGHT} in flight (at least 0.90)`,
  received: 'received',
  single: 'sent one at a time (at least 0.60)',
};
type Rates = Record<keyof typeof RATES, number>;

async function ratesOf(load: AmqpLoad): Promise<Rates> {
  const many = await load.sendFor(STRETCH_MS, IN_FLIGHT);
  const received = await load.receive(many.calls);
  const single = await load.sendFor(STRETCH_MS, 1);
  await load.receive(single.calls);
  return { many: many.perSecond, received: received.perSecond, single: single.perSecond };
}

/** What a message costs the server, and what fifty receivers without messages do. */
async function countCost(start: Start): Promise<void> {
  const server = await start('cost');
  const load = await AmqpLoad.connect(server.port, QUEUE, ACCESS);
  await load.sendFor(STRETCH_MS, IN_FLIGHT).then(({ calls }) => load.receive(calls));
  const [before, sent] = [await server.use(), await load.sendFor(COST_MS, IN_FLIGHT)];
  const between = await server.use();
  await load.receive(sent.calls);
  const costs = [between.cpuUs - before.cpuUs, (await server.use()).cpuUs - between.cpuUs];
  const ms = [...costs, costs[0]! + costs[1]!].map((us) => (us / sent.calls / US_PER_MS).toFixed(3));
  row('server CPU per message, ms: sent, received, both (at most 0.25)', ms);
  for (let index = 0; index < SUBSCRIPTIONS; index += 1) await load.wait(`${TOPIC}/Subscriptions/s${index}`);
  await pause(STRETCH_MS);
  const idle = await server.use();
  await pause(IDLE_MS);
  const used = ((await server.use()).cpuUs - idle.cpuUs) / US_PER_MS / IDLE_MS;
  row(`CPU with ${SUBSCRIPTIONS} idle receivers, % (less than 1)`, [(used * 100).toFixed(2)]);
  await load.close();
  await server.stop();
}

/** Sends and receives at once, so that no more than a few thousand messages are there at any time. */
async function sendThrough(start: Start, count: number): Promise<void> {
  const server = await start('through');
  const load = await AmqpLoad.connect(server.port, QUEUE, ACCESS);
  const part = count / PARTS;
  const megabytes: string[] = [];
  const begun = performance.now();
  for (let done = 0; done < count; done += part) {
    await Promise.all([load.send(part, IN_FLIGHT), load.receive(part)]);
    megabytes.push(inMegabytes((await server.use()).rssBytes));
  }
  const seconds = (performance.now() - begun) / MS_PER_SECOND;
  row(`memory after each tenth of ${count} messages through, MB`, megabytes);
  row('messages through per second', [(count / seconds).toFixed(0)]);
  await load.close();
  await server.stop();
}

/** Leaves messages behind, and takes them from a server that was started anew. */
async function serveBacklog(start: Start, count: number): Promise<void> {
  const emptyAt = performance.now();
  const first = await start('backlog');
  const filling = await AmqpLoad.connect(first.port, QUEUE, ACCESS);
  const emptyMs = performance.now() - emptyAt;
  const empty = (await first.use()).rssBytes;
  await filling.sendInBatches(count);
  const filled = (await first.use()).rssBytes;
  await filling.close();
  await first.stop();
  const begun = performance.now();
  const server = await start('backlog');
  const load = await AmqpLoad.connect(server.port, QUEUE, ACCESS);
  await load.receive(1);
  const seconds = [emptyMs, performance.now() - begun].map((ms) => (ms / MS_PER_SECOND).toFixed(2));
  row(`seconds from start to a link, empty; to the first of ${count} (at most 3)`, seconds);
  const served = (await server.use()).rssBytes;
  const { perSecond } = await load.receive(count - 1, inOrder());
  const drained = (await server.use()).rssBytes;
  row('memory empty, filled, started anew, drained, MB', [empty, filled, served, drained].map(inMegabytes));
  row('received per second from the backlog', [perSecond.toFixed(0)]);
  await load.close();
  await server.stop();
}

/** Throws unless messages come in the order in which they were sent. */
function inOrder(): (context: EventContext) => void {
  let next = 1;
  return ({ message }) => {
    if (message!.message_id !== String(next++)) throw new Error(`${message!.message_id} came instead of ${next - 1}.`);
  };
}

const inMegabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(0);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const row = (name: string, values: readonly string[]): void =>
  console.log([name.padEnd(70), ...values.map((value) => value.padStart(7))].join(' '));

await (process.send === undefined ? main() : serve(process.argv[2]!));
