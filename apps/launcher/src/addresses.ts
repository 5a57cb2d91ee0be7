import { createServer } from 'node:net';

/** The processes of the platform that listen, in the order in which they start. */
export const LISTENERS = [
  'local-azure',
  'service-bus',
  'paper-venue',
  'accounts',
  'orders',
  'ledger',
  'audit',
  'gateway',
] as const;
export type Listener = (typeof LISTENERS)[number];
export type Ports = Readonly<Record<Listener, number>>;

/** Where everything listens on a laptop unless told otherwise. */
export const DEFAULT_PORTS: Ports = {
  'local-azure': 8081,
  'service-bus': 5672,
  'paper-venue': 3010,
  accounts: 3001,
  orders: 3002,
  ledger: 3003,
  audit: 3004,
  gateway: 3000,
};

/** Ports that are free now, for tests that run beside each other. */
export async function freePorts(): Promise<Ports> {
  const ports = await freePortNumbers(LISTENERS.length);
  return Object.fromEntries(LISTENERS.map((name, index) => [name, ports[index]])) as Ports;
}

/** As many ports that are free now. */
export async function freePortNumbers(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Throws with the name and number of the first port that something else listens on. */
export async function requireFree(ports: Ports): Promise<void> {
  for (const name of LISTENERS) {
    try {
      const server = await listen(ports[name]);
      await new Promise((resolve) => server.close(resolve));
    } catch {
      throw new Error(`port ${ports[name]}, which ${name} needs, is taken: is the platform running already?`);
    }
  }
}

function listen(port: number): Promise<ReturnType<typeof createServer>> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
