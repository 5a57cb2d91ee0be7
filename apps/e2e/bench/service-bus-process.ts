import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ServiceBusServer } from '../../local-azure/src/service-bus/service-bus-server.js';
import { Usage } from '../../local-azure/src/usage.js';

/** The key of the servers that the bench starts. */
export const KEY = Buffer.from('a key that only the bench uses').toString('base64');
/** The queue that messages go through. */
export const QUEUE = 'bench';
/** A topic whose subscriptions have nothing to do. */
export const TOPIC = 'idle';
/** How many subscriptions it has. */
export const SUBSCRIPTIONS = 50;

/** What a process has used so far. */
export interface ProcessUse {
  readonly cpuUs: number;
  /** Memory that it holds now. */
  readonly rssBytes: number;
}

/** The local Service Bus in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  use(): Promise<ProcessUse>;
  /** Ends it as a stop of the service does. */
  stop(): Promise<void>;
}

/** Starts the local Service Bus on a file. */
export async function startServer(script: string, file: string): Promise<ServerProcess> {
  const child = fork(script, [file]);
  const [port] = (await once(child, 'message')) as [number];
  return {
    port,
    use: () => ask(child),
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function ask(child: ChildProcess): Promise<ProcessUse> {
  child.send('use');
  const [used] = (await once(child, 'message')) as [ProcessUse];
  return used;
}

/** What the child process does: serves, tells its port, and what it has used when asked. */
export async function serve(file: string): Promise<void> {
  const subscriptions = Array.from({ length: SUBSCRIPTIONS }, (_, index) => ({ name: `s${index}` }));
  const server = await ServiceBusServer.start({
    file,
    host: '127.0.0.1',
    port: 0,
    topics: [{ name: TOPIC, subscriptions }],
    queues: [{ name: QUEUE }],
    sharedAccessKey: KEY,
    usage: new Usage(),
    lockDurationMs: 60_000,
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!({ cpuUs: user + system, rssBytes: process.memoryUsage.rss() });
  });
  process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
  process.once('disconnect', () => process.exit(1));
  process.send!(server.port);
}
