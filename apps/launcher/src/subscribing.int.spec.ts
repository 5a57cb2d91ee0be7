import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import type { LocalAzure } from '@ballast/local-azure';
import { connectServiceBus, toMessage } from '@ballast/service-bus';
import { BundledProcesses } from '../../local-azure/src/service-bus/bundled-process-fixture.js';

const PAGE = readFileSync('libs/contracts/SUBSCRIBING.md', 'utf8');
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(PAGE)?.[1] ?? '';
const sampleOf = (type: string): EventEnvelope =>
  JSON.parse(readFileSync(`libs/contracts/samples/${type}.json`, 'utf8')) as EventEnvelope;

describe('the consumer of SUBSCRIBING.md', () => {
  const files = new BundledProcesses();
  let azure: LocalAzure;
  let child: ChildProcess;
  beforeAll(async () => {
    azure = await startLocalAzure({ dataDir: files.path('data'), topology });
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await azure.close();
    await files.dispose();
  });

  it('hears the fills of orders, each once, and nothing else, and ends as it says', async () => {
    const program = files.path('subscriber.mjs');
    writeFileSync(program, block('js'));
    child = spawn(process.execPath, [program], {
      env: { PATH: process.env['PATH'], SERVICE_BUS_CONNECTION_STRING: azure.serviceBusConnectionString },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const lines: string[] = [];
    const expected = block('output').trimEnd().split('\n');
    for await (const line of createInterface({ input: child.stdout! })) {
      lines.push(line);
      if (lines.length === 1) await publish(azure.serviceBusConnectionString);
      if (lines.length === expected.length) child.kill('SIGINT');
    }
    expect(lines).toEqual(expected);
    expect((await ended)[0]).toBe(0);
  });

  /** An order that is placed and filled; the broker of messages is told to repeat the fill. */
  async function publish(connectionString: string): Promise<void> {
    const client = await connectServiceBus({ connectionString });
    const sender = client.createSender('orders');
    const fill = toMessage(sampleOf('order.executed.v1'));
    await sender.sendMessages([toMessage(sampleOf('order.placed.v1')), { ...fill, messageId: 'again' }, fill]);
    await client.close();
  }
});
