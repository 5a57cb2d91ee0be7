import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptLogs } from './kept-logs.js';
import { readyAgain } from './recovery.js';
import { Waits } from './waits.js';

describe('the recovery of a process', () => {
  let server: Server;
  let isReady: boolean;
  let time: jest.SpyInstance<number>;
  beforeEach(async () => {
    isReady = false;
    server = createServer((_request, response) => {
      response.statusCode = isReady ? 200 : 503;
      response.end(
        JSON.stringify({
          checks: [
            { name: 'store', ok: true },
            { name: 'listeners', ok: isReady },
          ],
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    time = jest.spyOn(performance, 'now').mockReturnValue(0);
  });
  afterEach(async () => {
    time.mockRestore();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A process whose looks happen at these times, ready at the last; gives back what is counted. */
  const recovered = async (looks: readonly { atMs: number; isHindered?: boolean; pid?: number }[]) => {
    const { port } = server.address() as AddressInfo;
    const plan = { name: 'ledger', entry: '', env: {}, readyUrl: `http://127.0.0.1:${port}` };
    const process = { plan, pid: 1 as number | undefined };
    let number = 0;
    const recovery = await readyAgain('ledger', process, async () => {
      const look = looks[number] ?? { atMs: 0 };
      number += 1;
      isReady = number === looks.length;
      process.pid = look.pid ?? 1;
      time.mockReturnValue(look.atMs);
      return look.isHindered === true;
    });
    return recovery;
  };

  it('is counted from its start, and tells what was missing last', async () => {
    expect(await recovered([{ atMs: 1_000 }, { atMs: 4_000 }])).toEqual({
      ...{ name: 'ledger', ms: 4_000, waitedFor: 'listeners' },
    });
  });

  it('is counted from the end of what hindered it', async () => {
    const looks = [{ atMs: 1_000, isHindered: true }, { atMs: 20_000, isHindered: true }, { atMs: 23_000 }];
    expect(await recovered(looks)).toMatchObject({ ms: 3_000 });
  });

  it('is counted from its latest start', async () => {
    const looks = [{ atMs: 1_000 }, { atMs: 9_000, pid: 2 }, { atMs: 10_000, pid: 2 }];
    expect(await recovered(looks)).toMatchObject({ ms: 1_000 });
  });
});

describe('what a campaign keeps', () => {
  it('has the lines of each process in a file of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kept-logs-'));
    const logs = new KeptLogs(join(folder, 'logs'));
    logs.add('orders', 'one');
    logs.add('orders (replica)', 'two');
    logs.add('orders', 'three');
    await logs.close();
    logs.add('orders', 'too late');
    const linesOf = async (name: string) =>
      (await readFile(join(folder, 'logs', name), 'utf8'))
        .split('\n')
        .map((line) => line.split(' ').slice(1).join(' '));
    expect(await linesOf('orders.log')).toEqual(['one', 'three', '']);
    expect(await linesOf('orders-replica.log')).toEqual(['two', '']);
    await rm(folder, { recursive: true });
  });

  it('tells what a round waited for, the last first', () => {
    const waits = new Waits();
    waits.look(['a hold', 'an order', 'a record', 'a stream'], 500);
    waits.look(['an order', 'a stream'], 1_000);
    waits.look(['an order'], 1_500);
    expect(waits.last()).toEqual([
      ...['still so after 1.5 s: an order', 'still so after 1.0 s: a stream', 'still so after 0.5 s: a hold'],
    ]);
  });
});
