import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BundledProcesses } from './service-bus/bundled-process-fixture.js';

/** What a process printed, and how it ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

describe('local-azure alone, as USING.md says', () => {
  const page = readFileSync(join(__dirname, '../USING.md'), 'utf8');
  const blocks = (language: string): string[] =>
    [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, is, content]) => (is === language ? [content!] : []));
  const examples = blocks('js').map((source, index) => ({ index, source, output: blocks('output')[index] }));

  const processes = new BundledProcesses();
  const settings = { DATA_DIR: processes.path('data'), COSMOS_PORT: '0', AMQP_PORT: '0' };
  let program: string;
  let server: ChildProcess;
  let printed: string;

  const run = (file: string, environment: Readonly<Record<string, string>>): ChildProcess =>
    spawn(process.execPath, [file], { env: { PATH: process.env['PATH'], ...environment } });
  const end = async (child: ChildProcess): Promise<Ended> => {
    const [out, errors, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
    return { out, errors, code: code as number | null };
  };
  const valuesIn = (output: string): Record<string, string> =>
    Object.fromEntries([...output.matchAll(/^(\w+)="(.*)"$/gm)].map(([, name, value]) => [name!, value!]));

  /** Starts the server, and waits until it has printed everything. */
  const start = async (): Promise<void> => {
    server = run(program, { ...settings, TOPOLOGY_FILE: processes.path('topology.json') });
    printed = '';
    for await (const chunk of server.stdout!) {
      printed += String(chunk);
      if (printed.includes('Ctrl-C')) break;
    }
  };

  beforeAll(async () => {
    program = processes.bundle('stand-alone', "import '../stand-alone.js';");
    writeFileSync(processes.path('topology.json'), blocks('json')[0]!);
    await start();
  });
  afterAll(async () => {
    server.kill('SIGKILL');
    await processes.dispose();
  });

  it('prints the settings that the page names, and where the pages and the data are', async () => {
    const [shown] = blocks('');
    expect(Object.keys(valuesIn(printed))).toEqual(Object.keys(valuesIn(shown!)));
    expect(valuesIn(printed)['COSMOS_DATABASE']).toBe(valuesIn(shown!)['COSMOS_DATABASE']);
    expect(printed).toContain(settings.DATA_DIR);
    for (const address of printed.match(/http:\/\/\S+\/(usage|\$\S+)/g)!) {
      expect((await fetch(address)).status).toBe(200);
    }
  });

  it.each(examples)('serves example $index of the page', async ({ index, source, output }) => {
    const file = processes.path(`example-${index}.mjs`);
    writeFileSync(file, source);
    expect(await end(run(file, valuesIn(printed)))).toEqual({ out: output, errors: '', code: 0 });
  });

  it('names the folder that is in use, the port that is taken, and the setting that is wrong', async () => {
    const taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const other = { ...settings, DATA_DIR: processes.path('other') };
    const failures = await Promise.all([
      end(run(program, settings)),
      end(run(program, { ...other, COSMOS_PORT: port })),
      end(run(program, { ...settings, DATA_DIR: processes.path('third'), AMQP_PORT: port })),
      end(run(program, { ...other, AMQP_PORT: 'x' })),
    ]);
    taken.close();
    expect(failures).toEqual(
      [
        `✗ The data folder ${settings.DATA_DIR} is in use: one local-azure may use it at a time.\n`,
        `✗ Port ${port} of 127.0.0.1, on which Cosmos DB (COSMOS_PORT) should listen, is taken.\n`,
        `✗ Port ${port} of 127.0.0.1, on which the Service Bus (AMQP_PORT) should listen, is taken.\n`,
        '✗ AMQP_PORT must be a whole number from 0 to 65535.\n',
      ].map((errors) => ({ out: '', errors, code: 1 })),
    );
  });

  it('stops when it is asked to, and has the same keys and data at the next start', async () => {
    const before = valuesIn(printed);
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
    await start();
    expect(valuesIn(printed)['COSMOS_KEY']).toBe(before['COSMOS_KEY']);
    const file = processes.path('example-0.mjs');
    expect(await end(run(file, valuesIn(printed)))).toMatchObject({ out: examples[0]!.output, code: 0 });
  });
});
