import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Where Debian puts it; the one in the path wants to be started by root or `rabbitmq`. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
/** From this version on AMQP 1.0 is no plugin, and queues have other addresses. */
const NATIVE_SINCE = 4;
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 20_000;
const POLL_MS = 100;

/** A RabbitMQ of the bench's own. */
export interface RabbitMq {
  readonly version: string;
  readonly port: number;
  /** Where its queue is sent to and received from. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Why there is no RabbitMQ to compare with; undefined when there is. */
export function whyNoRabbitMq(): string | undefined {
  return existsSync(SERVER) ? undefined : `there is no ${SERVER} (Debian: apt-get install rabbitmq-server)`;
}

/**
 * Starts RabbitMQ with AMQP 1.0 and one durable queue, everything of it in `folder` and on the loopback address; throws
 * when it does not listen within a minute.
 */
export async function startRabbitMq(folder: string, queue: string): Promise<RabbitMq> {
  const [amqpPort, distributionPort, mapperPort] = (await freePorts(3)) as [number, number, number];
  const version = installedVersion();
  const isNative = Number.parseInt(version, 10) >= NATIVE_SINCE;
  const environment = settings(folder, { queue, isNative, amqpPort, distributionPort, mapperPort });
  const mapper = start('epmd', ['-port', String(mapperPort), '-address', '127.0.0.1'], environment);
  const server = start(SERVER, [], environment);
  const stop = async (): Promise<void> => {
    await end(server);
    await end(mapper);
  };
  try {
    await untilListening(amqpPort, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { version, port: amqpPort, address: `${isNative ? '/queues/' : '/amq/queue/'}${queue}`, stop };
}

interface Places {
  readonly queue: string;
  readonly isNative: boolean;
  readonly amqpPort: number;
  readonly distributionPort: number;
  readonly mapperPort: number;
}

function settings(folder: string, places: Places): NodeJS.ProcessEnv {
  const { queue, isNative, amqpPort, distributionPort, mapperPort } = places;
  const at = (name: string): string => join(folder, name);
  for (const name of ['home', 'mnesia', 'log']) mkdirSync(at(name), { recursive: true });
  const configuration = [
    `listeners.tcp.1 = 127.0.0.1:${amqpPort}`,
    `load_definitions = ${at('definitions.json')}`,
    ...(isNative ? [] : ['amqp1_0.default_user = guest']),
  ];
  writeFileSync(at('rabbitmq.conf'), `${configuration.join('\n')}\n`);
  const definitions = {
    users: [{ name: 'guest', password: 'guest', tags: ['administrator'] }],
    vhosts: [{ name: '/' }],
    permissions: [{ user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' }],
    queues: [{ name: queue, vhost: '/', durable: true, auto_delete: false, arguments: {} }],
  };
  writeFileSync(at('definitions.json'), JSON.stringify(definitions));
  writeFileSync(at('enabled_plugins'), isNative ? '[].' : '[rabbitmq_amqp1_0].');
  return {
    PATH: process.env['PATH'],
    HOME: at('home'),
    RABBITMQ_NODENAME: `bench-${amqpPort}@localhost`,
    RABBITMQ_MNESIA_BASE: at('mnesia'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: at('none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
}

/** In a group of its own, so that what it starts is ended with it, and with the bench at the latest. */
function start(command: string, told: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(command, told, { env, stdio: 'ignore', detached: true });
  const kill = (): void => killGroup(child);
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => killGroup(child), STOP_MS_MAX);
  await gone;
  clearTimeout(forced);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

async function untilListening(port: number, server: ChildProcess): Promise<void> {
  for (const startedAt = Date.now(); Date.now() - startedAt < START_MS_MAX;) {
    if (server.exitCode !== null) throw new Error(`RabbitMQ ended with ${server.exitCode}.`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error('RabbitMQ did not listen in time.');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await once(server.close(), 'close');
  return ports;
}

function installedVersion(): string {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'rabbitmq-server'], { encoding: 'utf8' });
  return stdout || 'unknown';
}
