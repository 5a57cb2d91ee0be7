import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import rhea from 'rhea';
import type { Connection } from 'rhea';
import { connectServiceBus } from './connect-service-bus.js';

/** What of a connection of the AMQP library is looked at and not declared. */
type Looked = Connection & { socket: Socket; heartbeat_in: unknown; _disconnected(): void };

/** As the SDK has it. */
const IDLE_MS_MAX = 60_000;

describe('a connection that is given up while it is being opened', () => {
  it('waits for no sign of life of the other side when it has ended', async () => {
    const { client, server } = await opening();
    expect(client.heartbeat_in === undefined).toBe(false);
    client.close();
    client.socket.destroy();
    client._disconnected();
    await new Promise((resolve) => setImmediate(resolve));
    expect([client.is_closed(), client.heartbeat_in === undefined]).toEqual([true, true]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('goes on waiting for one while it is open', async () => {
    const { client, server } = await opening();
    await new Promise((resolve) => setImmediate(resolve));
    expect([client.is_closed(), client.heartbeat_in === undefined]).toEqual([false, false]);
    client._disconnected();
    client.socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

/** A connection to a server that says nothing, as far as what it says itself. */
async function opening() {
  await (await connectServiceBus({ connectionString: NOWHERE })).close();
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const container = rhea.create_container();
  container.on('disconnected', () => undefined);
  const options = { host: '127.0.0.1', port, idle_time_out: IDLE_MS_MAX, reconnect: false };
  const client = container.connect(options) as Looked;
  await once(client.socket, 'connect');
  await new Promise((resolve) => setImmediate(resolve));
  return { client, server };
}

/** Who connects to a bus has the library mended. */
const NOWHERE = 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true';
