import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { buildSync } from 'esbuild';
import { CosmosFixture, MASTER_KEY, ORDERS } from './cosmos-fixture.js';

describe('what was acknowledged', () => {
  const document = (id: string, rest: object = {}) => ({ id, productId: 'ballast', profileId: 'p1', ...rest });

  it('is there after a restart, with its tag, its _rid and the container’s', async () => {
    const fixture = await CosmosFixture.start();
    const { resource } = await fixture.orders.items.create(document('kept', { kind: 'order', n: 1 }));
    const rid = (await fixture.orders.read()).resource!['_rid'];
    await fixture.restart();
    expect((await fixture.orders.item('kept', ['ballast', 'p1']).read()).resource).toEqual(resource);
    expect((await fixture.orders.read()).resource!['_rid']).toBe(rid);
    const { etag } = await fixture.orders.items.create(document('later'));
    expect(etag).not.toBe(resource!._etag);
    await fixture.close();
  });

  it('survives kill -9 in the middle of writing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cosmos-kill-'));
    const script = bundledServer(folder);
    const first = await startChild(script);
    const acknowledged: string[] = [];
    const client = connect(first.port);
    const orders = client.database('ballast').container('orders');
    const writer = async (name: string): Promise<void> => {
      for (let n = 0; ; n++) {
        await orders.items.create(document(`${name}-${n}`));
        acknowledged.push(`${name}-${n}`);
        if (acknowledged.length === 200) first.child.kill('SIGKILL');
      }
    };
    await Promise.allSettled(['a', 'b', 'c', 'd'].map(writer));
    client.dispose();
    const second = await startChild(script);
    const again = connect(second.port);
    const { resources } = await again
      .database('ballast')
      .container('orders')
      .items.query<string>('SELECT VALUE c.id FROM c')
      .fetchAll();
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    expect(new Set(resources).size).toBe(resources.length);
    expect(acknowledged.filter((id) => !resources.includes(id))).toEqual([]);
    again.dispose();
    second.child.kill('SIGKILL');
    await once(second.child, 'exit');
    rmSync(folder, { recursive: true });
  });
});

const connect = (port: number): CosmosClient =>
  new CosmosClient({
    endpoint: `http://127.0.0.1:${port}/`,
    key: MASTER_KEY,
    connectionPolicy: {
      enableBackgroundEndpointRefreshing: false,
      requestTimeout: 2_000,
      retryOptions: { maxRetryAttemptCount: 0, maxWaitTimeInSeconds: 0, fixedRetryIntervalInMilliseconds: 0 },
    },
  });

/** The server alone in a process: bundled, since it is TypeScript, and started on the folder's file. */
function bundledServer(folder: string): string {
  const entry = join(folder, 'entry.ts');
  const options = {
    file: join(folder, 'cosmos.db'),
    host: '127.0.0.1',
    port: 0,
    database: 'ballast',
    containers: [ORDERS],
    masterKey: MASTER_KEY,
  };
  writeFileSync(
    entry,
    `import { CosmosServer } from ${JSON.stringify(join(__dirname, 'cosmos-server.ts'))};
     import { Usage } from ${JSON.stringify(join(__dirname, '../usage.ts'))};
     void CosmosServer.start({ ...${JSON.stringify(options)}, usage: new Usage() }).then((server) => process.send?.(server.port));`,
  );
  const outfile = join(folder, 'server.cjs');
  const libsql = { libsql: require.resolve('libsql') };
  buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    alias: libsql,
    external: [libsql.libsql],
  });
  return outfile;
}

async function startChild(script: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(script);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}
