import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENTS } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { Role, SecondFactorEnrolledView, SecondFactorSecretView, TokenView } from '@ballast/contracts/accounts';
import { EventListener, connectServiceBus } from '@ballast/service-bus';
import { Clock } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';
import { decodeJwt } from 'jose';
import { URI } from 'otpauth';
import type { TOTP } from 'otpauth';
import type { AccountsSettings } from './accounts.config.js';
import { SigningKey } from './adapters/signing-key.js';
import { startAccounts } from './index.js';

/** Milliseconds after which what was waited for has failed to happen. */
const WAIT_MS_MAX = 15_000;
const POLL_MS = 20;

/** A clock that a test sets. */
export class SettableClock extends Clock {
  constructor(public ms = Date.parse('2026-11-20T14:30:00.000Z')) {
    super();
  }

  override now(): number {
    return this.ms;
  }
}

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

/** A session as its client holds it. */
export interface SignedIn {
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly headers: { authorization: string };
}

/** The session that an answer with tokens gives. */
export function signedInBy({ body }: Answer): SignedIn {
  const { accessToken, refreshToken = '' } = body as TokenView;
  const sessionId = String(decodeJwt(accessToken)['sid']);
  return { sessionId, refreshToken, headers: { authorization: `Bearer ${accessToken}` } };
}

/** Accounts over local servers in a directory of its own, that can be stopped and started again. */
export class AccountsFixture {
  readonly printed: string[] = [];
  readonly heard: EventEnvelope[] = [];
  private running: RunningService | undefined;
  private clock = new Clock();

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

  /** The address of the running accounts. */
  get url(): string {
    return this.running?.url ?? '';
  }

  get dataDir(): string {
    return join(this.directory, 'data');
  }

  async start(clock = new Clock(), more: Partial<AccountsSettings> = {}): Promise<void> {
    this.clock = clock;
    this.running = await this.startOne(more);
    await eventually(async () => (await this.ask('GET', '/health/ready')).status === 200);
  }

  /** One more accounts beside the first, over the same data; closed with the fixture. */
  async startReplica(): Promise<RunningService> {
    const replica = await this.startOne({});
    this.closing.push(() => replica.close());
    return replica;
  }

  /** A part of the running accounts. */
  part<T>(type: new (...parts: never[]) => T): T {
    if (this.running === undefined) throw new Error('accounts does not run');
    return this.running.app.get(type as never, { strict: false });
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
    o: { body?: unknown; headers?: Record<string, string>; url?: string } = {},
  ): Promise<Answer> {
    const response = await fetch(`${o.url ?? this.running?.url}${path}`, {
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

  /** A new session of the user. */
  async signIn(username: string, headers: Record<string, string> = {}): Promise<SignedIn> {
    const body = { username, password: await this.passwordOf(username) };
    const answer = await this.ask('POST', '/v1/auth/login', { body, headers });
    return signedInBy(answer);
  }

  /** Gives the user a second factor; the session has shown it. `nowMs` is the time of accounts. */
  async enrol(username: string, nowMs: number): Promise<SignedIn & { totp: TOTP; recoveryCodes: string[] }> {
    const session = await this.signIn(username);
    const password = await this.passwordOf(username);
    const { body } = await this.ask('POST', '/v1/auth/second-factor', { body: { password }, headers: session.headers });
    const totp = URI.parse((body as SecondFactorSecretView).otpauthUri) as TOTP;
    const code = totp.generate({ timestamp: nowMs });
    const answer = await this.ask('POST', '/v1/auth/second-factor/confirm', {
      body: { code },
      headers: session.headers,
    });
    const enrolled = answer.body as SecondFactorEnrolledView;
    const recoveryCodes = enrolled.recoveryCodes.map((recovery) => recovery.code);
    return { ...session, headers: { authorization: `Bearer ${enrolled.accessToken}` }, totp, recoveryCodes };
  }

  /** The header of somebody whom accounts has not made itself. */
  async authorizationAs(userId: string, role: Role, secondFactorAtMs?: number): Promise<{ authorization: string }> {
    const key = await SigningKey.inDirectory(this.dataDir);
    const fresh = secondFactorAtMs === undefined ? {} : { secondFactorAt: Math.floor(secondFactorAtMs / 1_000) };
    return { authorization: `Bearer ${await key.sign({ userId, role, ...fresh }, this.clock.now())}` };
  }

  private startOne(more: Partial<AccountsSettings>): Promise<RunningService> {
    const { azure } = this;
    return startAccounts(
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
        passwordCost: { memoryKib: 256, passes: 1 },
        print: (line) => void this.printed.push(line),
        ...more,
      },
      { clock: this.clock },
    );
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
