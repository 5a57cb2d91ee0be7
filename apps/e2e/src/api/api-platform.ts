import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newUserId, topology } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { startPaperVenue } from '@ballast/paper-venue';
import { LOG_LEVELS } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';
import { VenueKeys } from '@ballast/venue';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey } from 'jose';
import { startAccounts } from '../../../accounts/src/index.js';
import { startAudit } from '../../../audit/src/index.js';
import { startGateway } from '../../../gateway/src/index.js';
import { startLedger } from '../../../ledger/src/index.js';
import { startOrders } from '../../../orders/src/index.js';
import { settingsOf } from '../../../orders/src/testing/given-platform.js';

/** What a token says beyond its user and role; seconds count from now. */
export interface TokenOptions {
  readonly userId?: string;
  readonly role?: Role;
  readonly expiresInSeconds?: number;
  readonly audience?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** One request. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  /** The caller's token; absent, none is sent. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or a text that is sent as it is. */
  readonly body?: unknown;
}

/** An answer, read. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where it is no JSON. */
  readonly json: unknown;
}

/** Tries of a request that meets a service that is too busy, and milliseconds between them. */
const TRIES_MAX = 30;
const RETRY_MS = 500;
const HOST = '127.0.0.1';
/** `LOG_LEVEL=error` shows what a 500 was. */
const LOG_LEVEL = LOG_LEVELS.find((level) => level === process.env['LOG_LEVEL']) ?? 'silent';
/** Milliseconds that one answer may take. */
const ANSWER_MS_MAX = 50_000;

/** Every service, the broker and a local Azure in this process, behind the real gateway. */
export class ApiPlatform {
  private constructor(
    /** Addresses of the services behind the gateway, by name. */
    readonly owners: Readonly<Record<'accounts' | 'orders' | 'ledger' | 'audit', string>>,
    private readonly front: RunningService,
    private readonly key: { readonly privateKey: CryptoKey; readonly keyId: string },
    private readonly dataDir: string,
    private readonly closing: readonly (() => Promise<void>)[],
  ) {}

  static async start(): Promise<ApiPlatform> {
    const dataDir = await mkdtemp(join(tmpdir(), 'ballast-api-'));
    const closing: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
    const kept = <T extends { close(): Promise<void> }>(running: T): T => {
      closing.unshift(() => running.close());
      return running;
    };
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(privateKey);
    const [azure, venue] = await Promise.all([
      startLocalAzure({ dataDir: join(dataDir, 'azure'), topology }),
      startPaperVenue({ dataDir: join(dataDir, 'venue'), control: true }),
    ]);
    kept(azure);
    kept(venue);
    const given = settingsOf(azure);
    const orders = { ...given, platform: { ...given.platform, logLevel: LOG_LEVEL } };
    const accounts: RunningService = kept(
      await startAccounts({
        platform: orders.platform,
        dataDir: join(dataDir, 'accounts'),
        tokenSigningKey: JSON.stringify(jwk),
        passwordCost: { memoryKib: 256, passes: 1 },
        print: () => {},
      }),
    );
    const platform = { ...orders.platform, accountsUrl: accounts.url };
    const { venue: broker } = orders;
    if (broker.kind !== 'alpaca') throw new Error('the broker of the tests speaks as Alpaca');
    const keys = new VenueKeys(venue.keyId, venue.secret);
    const owners = await Promise.all([
      startOrders({ ...orders, platform, venue: { ...broker, baseUrl: venue.url, keys } }),
      startLedger({ platform }),
      startAudit({ settings: platform }),
    ]);
    const [ordersService, ledger, audit] = owners;
    owners.forEach(kept);
    const urls = { accounts: accounts.url, orders: ordersService.url, ledger: ledger.url, audit: audit.url };
    const serviceBus = { connectionString: azure.serviceBusConnectionStringOf('gateway') };
    const gateway = kept(await startGateway({ host: HOST, port: 0, logLevel: LOG_LEVEL, serviceBus, owners: urls }));
    return new ApiPlatform(urls, gateway, { privateKey, keyId: await calculateJwkThumbprint(jwk) }, dataDir, closing);
  }

  /** An access token as accounts would sign it. */
  token({
    userId = newUserId(0),
    role = 'trader',
    expiresInSeconds = 3_600,
    audience = TOKEN_AUDIENCE,
    claims = {},
  }: TokenOptions = {}): Promise<string> {
    return new SignJWT({ role, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: this.key.keyId, typ: 'JWT' })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(audience)
      .setSubject(userId)
      .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresInSeconds)
      .sign(this.key.privateKey);
  }

  /** Asks the gateway, or the service at `url` directly. A stream of events is read no further than its headers. */
  ask(ask: Ask, url = this.gateway): Promise<Told> {
    return patiently(() => this.send(ask, url));
  }

  private async send({ method, path, token, headers = {}, body }: Ask, url: string): Promise<Told> {
    const cancel = new AbortController();
    // No client of the platform's `fetch` can send a body with a GET.
    const isSent = body !== undefined && method !== 'GET';
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(isSent && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(isSent && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.any([cancel.signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
    });
    const type = response.headers.get('content-type') ?? '';
    if (type.startsWith('text/event-stream')) {
      cancel.abort();
      return { status: response.status, headers: response.headers, text: '', json: undefined };
    }
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: jsonIn(response.headers, text),
    };
  }

  /** The password of a user whom the first start made. */
  async firstPassword(username: string): Promise<string> {
    const text = await readFile(join(this.dataDir, 'accounts', 'first-logins.json'), 'utf8');
    const logins = JSON.parse(text) as { username: string; password: string }[];
    return logins.find((login) => login.username === username)?.password ?? '';
  }

  /** The address of the gateway. */
  get gateway(): string {
    return this.front.url;
  }

  /** Asks the gateway without a connection to it, which costs half; from there on everything is as always. */
  inject(ask: Ask): Promise<Told> {
    return patiently(() => this.injectOnce(ask));
  }

  private async injectOnce({ method, path, token, headers = {}, body }: Ask): Promise<Told> {
    const {
      statusCode,
      headers: told,
      payload,
    } = await this.front.app.inject({
      method: method as 'GET',
      url: path,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const read = new Headers(Object.entries(told).map(([name, value]) => [name, String(value)]));
    return { status: statusCode, headers: read, text: payload, json: jsonIn(read, payload) };
  }

  /** The body of a write under a new key; throws where it is refused. */
  async write<Body>(ask: Ask): Promise<Body> {
    const headers = { 'idempotency-key': randomUUID(), ...ask.headers };
    const { status, text, json } = await this.ask({ ...ask, headers });
    if (status >= 300) throw new Error(`${ask.method} ${ask.path}: ${status} ${text}`);
    return json as Body;
  }

  async close(): Promise<void> {
    for (const end of this.closing) await end();
  }
}

function jsonIn(headers: Headers, text: string): unknown {
  return headers.get('content-type')?.includes('json') === true && text !== ''
    ? (JSON.parse(text) as unknown)
    : undefined;
}

/** The answer; asked again while a service is too busy, as `Retry-After` says, which passes unless it is the request's fault. */
async function patiently(ask: () => Promise<Told>): Promise<Told> {
  for (let tries = 1; ; tries += 1) {
    const told = await ask();
    if (told.status !== 503 || !told.headers.has('retry-after') || tries === TRIES_MAX) return told;
    await delay(RETRY_MS);
  }
}
