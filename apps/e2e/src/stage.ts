import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditVerdict, TimelineView } from '@ballast/contracts/audit';
import type { CapitalView } from '@ballast/contracts/ledger';
import type { OrderView } from '@ballast/contracts/orders';
import { Api, ApiProblem, Platform } from '@ballast/launcher';
import type { PlatformOptions, ProcessName } from '@ballast/launcher';

const POLL_MS = 25;
/** Milliseconds after which what was waited for has failed to happen. */
export const PATIENCE_MS = 60_000;

/** Asks again until the answer is neither undefined nor false, and gives it back; fails after a minute. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > giveUpAtMs) throw new Error(`still not so after ${PATIENCE_MS} ms: ${what}`);
    await delay(POLL_MS);
  }
}

/** Prices and volume of one symbol, as decimal strings. */
export interface Tick {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
  /** What may trade until the next tick. */
  readonly volume: string;
}

/** One execution as the paper broker wrote it to its own file. */
export interface Fill {
  readonly id: string;
  readonly clientOrderId: string;
  readonly quantity: string;
  readonly price: string;
  /** ISO 8601. */
  readonly at: string;
}

/** An order as the paper broker shows it. */
export interface BrokerOrder {
  readonly id: string;
  readonly client_order_id: string;
  readonly status: string;
}

/** What is different on a stage. */
export interface StageOptions extends Pick<PlatformOptions, 'onRestart' | 'onLine'> {
  /** Whether the admin has a second factor; without one the admin signs in with the password alone. */
  readonly isAdminEnrolled?: boolean;
  /** Where everything is kept; a new folder where it is left out. */
  readonly dataDir?: string;
}

/** The real processes on free ports with data of their own, and the people and the broker that a story needs. */
export class Stage {
  readonly lines: string[] = [];

  private constructor(
    readonly platform: Platform,
    readonly dataDir: string,
    readonly trader: Api,
    readonly admin: Api,
  ) {}

  /** Starts everything, the broker with scripted prices. */
  static async open(
    env: Partial<Record<ProcessName, Record<string, string>>> = {},
    { isAdminEnrolled = true, dataDir = '', ...supervision }: StageOptions = {},
  ): Promise<Stage> {
    const folder = dataDir === '' ? await mkdtemp(join(tmpdir(), 'ballast-e2e-')) : dataDir;
    const lines: string[] = [];
    const platform = await Platform.start({
      dataDir: folder,
      ports: 'free',
      env: { ...env, 'paper-venue': { CONTROL: 'true', ...env['paper-venue'] } },
      onLine: (name, line) => void lines.push(`${name}: ${line}`),
      ...supervision,
    });
    const gateway = platform.url('gateway');
    const logins = await platform.firstLogins();
    const passwordOf = (username: string): string => {
      const login = logins.find((candidate) => candidate.username === username);
      if (login === undefined) throw new Error(`no first login ${username}`);
      return login.password;
    };
    const signIn = (username: string): Promise<Api> =>
      Api.signIn(gateway, { username, password: passwordOf(username) });
    const admin = await signIn('admin');
    const second = isAdminEnrolled ? await admin.enrol(passwordOf('admin')) : admin;
    const stage = new Stage(platform, folder, await signIn('demo'), second);
    stage.lines.push(...lines);
    return stage;
  }

  async close(): Promise<void> {
    const killed = await this.platform.stop();
    await rm(this.dataDir, { recursive: true, force: true });
    if (killed.length > 0) throw new Error(`had to be killed: ${killed.join(', ')}`);
  }

  /** A profile of the demo trader, or of who is given, with this much capital. */
  async fundedProfile(amount: string, settings: object = {}, owner = this.trader): Promise<string> {
    const { id } = await this.patiently<{ id: string }>(owner, '/v1/profiles', { name: 'test', ...settings });
    await this.patiently(owner, `/v1/profiles/${id}/deposits`, { amount });
    return id;
  }

  /** A POST, again under its key while a service is away. */
  private patiently<Body>(caller: Api, path: string, body: object): Promise<Body> {
    const headers = { 'idempotency-key': randomUUID() };
    return until(`${path} is answered`, async () => {
      try {
        return (await caller.post<Body>(path, body, headers)).body;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 503) return undefined;
        throw error;
      }
    });
  }

  /** Scripted prices at the broker; what a quote in use says is old by then. */
  async tick(...ticks: readonly Tick[]): Promise<void> {
    const response = await fetch(`${this.platform.url('paper-venue')}/control/ticks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await this.venueKeys()) },
      body: JSON.stringify({ ticks }),
    });
    if (!response.ok) throw new Error(`the broker refused the ticks: ${response.status} ${await response.text()}`);
  }

  /** Things that are to go wrong at the broker. */
  async faults(...faults: readonly object[]): Promise<void> {
    const response = await fetch(`${this.platform.url('paper-venue')}/control/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await this.venueKeys()) },
      body: JSON.stringify({ faults }),
    });
    if (!response.ok) throw new Error(`the broker refused the faults: ${response.status} ${await response.text()}`);
  }

  /** How many faults have not struck yet. */
  async faultsLeft(): Promise<number> {
    const response = await fetch(`${this.platform.url('paper-venue')}/control/faults`, {
      headers: await this.venueKeys(),
    });
    return ((await response.json()) as { faults: unknown[] }).faults.length;
  }

  /** Ends what goes wrong at the broker. */
  async clearFaults(): Promise<void> {
    const url = `${this.platform.url('paper-venue')}/control/faults`;
    await fetch(url, { method: 'DELETE', headers: await this.venueKeys() });
  }

  /** Waits until the platform's own quotes cannot be older than the last tick. */
  async quotesAreFresh(): Promise<void> {
    const QUOTE_REUSE_MS = 250;
    await delay(QUOTE_REUSE_MS + POLL_MS);
  }

  /** The broker's own record of what it executed, which nothing of the platform reads. */
  async fills(): Promise<Fill[]> {
    const text = await readFile(join(this.dataDir, 'paper-venue', 'fills.ndjson'), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Fill]));
  }

  /** Every order that the broker has received under our keys. */
  async brokerOrders(): Promise<BrokerOrder[]> {
    const url = `${this.platform.url('paper-venue')}/v2/orders?status=all&limit=500`;
    const response = await fetch(url, { headers: await this.venueKeys() });
    return (await response.json()) as BrokerOrder[];
  }

  order(orderId: string): Promise<OrderView> {
    return this.trader.get<OrderView>(`/v1/orders/${orderId}`);
  }

  capital(profileId: string): Promise<CapitalView> {
    return this.trader.get<CapitalView>(`/v1/profiles/${profileId}/capital`);
  }

  /** Types of the audited events of an order in the order in which they happened, once all of `types` are there. */
  async timeline(orderId: string, ...types: readonly string[]): Promise<string[]> {
    const { steps } = await this.story(orderId, ({ steps: told }) => {
      const found = told.map(({ type }) => type);
      return found.length >= types.length && types.every((type) => found.includes(type));
    });
    return steps.map(({ type }) => type);
  }

  /** The timeline of an order, once it is complete. */
  story(orderId: string, isComplete: (timeline: TimelineView) => boolean): Promise<TimelineView> {
    return until(`the timeline of ${orderId} is complete`, async () => {
      const { status, body } = await this.trader.send<TimelineView>('GET', `/v1/orders/${orderId}/timeline`);
      return status === 200 && isComplete(body) && body;
    });
  }

  auditVerdict(): Promise<AuditVerdict> {
    return this.admin.get<AuditVerdict>('/v1/admin/audit/verify');
  }

  /** What opens the broker's API and its control. */
  async venueKeys(): Promise<Record<string, string>> {
    const text = await readFile(join(this.dataDir, 'paper-venue', 'keys.json'), 'utf8');
    const { keyId, secret } = JSON.parse(text) as { keyId: string; secret: string };
    return { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret };
  }
}
