import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { Socket } from 'node:net';
import { connectServiceBus } from './connect-service-bus.js';

const KEY = 'SharedAccessKeyName=local;SharedAccessKey=a2V5;UseDevelopmentEmulator=true';

describe('connecting to the bus', () => {
  it('needs a connection string or a namespace', async () => {
    await expect(connectServiceBus({})).rejects.toThrow('neither a connection string nor a namespace');
  });

  it('connects to nothing before it is used', async () => {
    const client = await connectServiceBus({ connectionString: `Endpoint=sb://127.0.0.1:1;${KEY}` });
    expect(client.fullyQualifiedNamespace).toContain('127.0.0.1');
    await client.close();
  });

  it('takes the identity of the process for a namespace', async () => {
    const client = await connectServiceBus({ namespace: 'ballast.servicebus.windows.net' });
    expect(client.fullyQualifiedNamespace).toBe('ballast.servicebus.windows.net');
    await client.close();
  });

  it('switches Nagle off on its sockets', async () => {
    const server = await listening();
    const noDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
    const { port } = server.address() as AddressInfo;
    const client = await connectServiceBus({ connectionString: `Endpoint=sb://127.0.0.1:${port};${KEY}` });
    const connected = new Promise<void>((resolve) => {
      server.on('connection', (socket) => {
        resolve();
        socket.destroy();
      });
    });
    const sender = client.createSender('orders');
    const sending = sender.createMessageBatch().catch(() => undefined);
    await connected;
    await client.close();
    await sending;
    await new Promise((resolve) => server.close(resolve));
    const calls = noDelay.mock.calls;
    noDelay.mockRestore();
    expect(calls).toContainEqual([true]);
  });
});

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
