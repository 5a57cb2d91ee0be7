import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENTS } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { Role, TokenView } from '@ballast/contracts/accounts';
import { EventListener, connectServiceBus } from '@ballast/service-bus';
import type { Clock, RunningService } from '@ballast/service-host';
import { SigningKey } from './adapters/signing-key.js';
import { startAccounts } from './index.js';

/** Milliseconds after which what was waited for has failed to happen. */
const WAIT_MS_MAX = 15_000;
const POLL_MS = 20;

/** What the fixture uses of the local servers; the spec starts them. */
export interface LocalServers {
  readonly cosmosEndpoint: string;
  readonly cosmosKey: string;
  readonly database: string;
  readonly serviceBusConnectionString: string;
  close(): Promise<void>;
}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks into bodies of many shapes
  readonly body: any;
}

/** Accounts over local servers in a directory of its own, that can be stopped and started again. */
export class AccountsFixture {
  readonly printed: string[] = [];
  readonly heard: EventEnvelope[] = [];
  private running: RunningService | undefined;

  private constructor(
    readonly directory: string,
    readonly azure: LocalServers,
    private readonly closing: (() => Promise<void>)[],
  ) {}

  static async open(startServers: (dataDir: string) => Promise<LocalServers>): Promise<AccountsFixture> {
    const directory = await mkdtemp(join(tmpdir(), 'accounts-'));
    const azure = await startServers(join(directory, 'azure'));
    const fixture = new AccountsFixture(directory, azure, []);
    await fixture.listen();
    return fixture;
  }

  get dataDir(): string {
    return join(this.directory, 'data');
  }

  async start(clock?: Clock): Promise<void> {
    const { azure } = this;
    this.running = await startAccounts(
      {
        platform: {
          host: '127.0.0.1',
          port: 0,
          cosmos: { endpoint: azure.cosmosEndpoint, key: azure.cosmosKey, database: azure.database },
          serviceBus: { connectionString: azure.serviceBusConnectionString },
          accountsUrl: 'http://127.0.0.1:9',
          logLevel: 'silent',
        },
        dataDir: this.dataDir,
        print: (line) => void this.printed.push(line),
      },
      clock === undefined ? {} : { clock },
    );
    await eventually(async () => (await this.ask('GET', '/health/ready')).status === 200);
  }

  async stop(): Promise<void> {
    await this.running?.close();
    this.running = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    for (const end of this.closing) await end();
    await this.azure.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async ask(
    method: string,
    path: string,
    o: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.running?.url}${path}`, {
      method,
      headers: { ...(o.body === undefined ? {} : { 'content-type': 'application/json' }), ...o.headers },
      ...(o.body === undefined ? {} : { body: JSON.stringify(o.body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  login(username: string, password: string): Promise<Answer> {
    return this.ask('POST', '/v1/auth/login', { body: { username, password } });
  }

  async passwordOf(username: string): Promise<string> {
    const logins = JSON.parse(await readFile(join(this.dataDir, 'first-logins.json'), 'utf8')) as {
      username: string;
      password: string;
    }[];
    return logins.find((login) => login.username === username)?.password ?? '';
  }

  async authorizationOf(username: string): Promise<{ authorization: string }> {
    const { body } = await this.login(username, await this.passwordOf(username));
    return { authorization: `Bearer ${(body as TokenView).accessToken}` };
  }

  /** The header of somebody whom accounts has not made itself. */
  async authorizationAs(userId: string, role: Role): Promise<{ authorization: string }> {
    const key = await SigningKey.inDirectory(this.dataDir);
    return { authorization: `Bearer ${await key.sign({ userId, role, tokenId: 'tok_test' }, Date.now())}` };
  }

  private async listen(): Promise<void> {
    const client = await connectServiceBus({ connectionString: this.azure.serviceBusConnectionString });
    const silent = { info: () => {}, warn: () => {}, error: () => {} };
    const listener = new EventListener(client, {
      topic: 'accounts',
      subscription: 'audit',
      events: EVENTS,
      log: silent,
      handle: async (events) => void this.heard.push(...events),
    });
    await listener.start();
    this.closing.push(
      () => listener.close(),
      () => client.close(),
    );
  }
}

/** Resolves when `condition` holds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    if (Date.now() > giveUpAtMs) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
