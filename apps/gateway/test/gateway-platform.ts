import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUserId, topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { EventSender, connectServiceBus } from '@ballast/service-bus';
import type { RunningService } from '@ballast/service-host';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { OwnerUrls } from '../src/gateway.config.js';
import { startGateway } from '../src/start-gateway.js';
import { FakeOwner } from './fake-owner.js';

/** The gateway in this process, before fake owners and on a local Azure of its own. */
export interface GatewayPlatform {
  readonly owners: Readonly<Record<keyof OwnerUrls, FakeOwner>>;
  readonly service: RunningService;
  /** Another gateway beside the first, closed with the platform. */
  startReplica(): Promise<RunningService>;
  token(options?: TokenOptions): Promise<string>;
  /** Sends events to their topic, as `/orders` in `source` names it. */
  send(...events: EventEnvelope[]): Promise<void>;
  /** Asks the gateway as a trader, or as whoever the headers say. */
  ask(method: string, path: string, options?: { headers?: Record<string, string>; body?: unknown }): Promise<Asked>;
  close(): Promise<void>;
}

/** Whose token it is, how long it lasts, and what else it claims. */
export interface TokenOptions {
  readonly role?: Role;
  readonly userId?: string;
  readonly expiresInSeconds?: number;
  readonly claims?: Readonly<Record<string, string | number>>;
}

/** What the gateway answered. */
export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export async function startGatewayPlatform(): Promise<GatewayPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-gateway-'));
  const azure = await startLocalAzure({ dataDir, topology });
  const serviceBus = { connectionString: azure.serviceBusConnectionString };
  const gatewayBus = { connectionString: azure.serviceBusConnectionStringOf('gateway') };
  const [accounts, orders, ledger, audit] = await Promise.all([1, 2, 3, 4].map(() => FakeOwner.start()));
  if (!accounts || !orders || !ledger || !audit) throw new Error('no owners');
  const owners = { accounts, orders, ledger, audit };
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  accounts.answer('GET /.well-known/jwks.json', { body: { keys: [{ ...(await exportJWK(publicKey)), kid: 'test' }] } });
  const start = (): Promise<RunningService> =>
    startGateway({
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      serviceBus: gatewayBus,
      owners: { accounts: accounts.url, orders: orders.url, ledger: ledger.url, audit: audit.url },
    });
  const service = await start();
  const replicas: RunningService[] = [];
  const client = await connectServiceBus(serviceBus);
  const senders = new Map(topology.topics.map(({ name }) => [`/${name}`, new EventSender(client, name)]));

  const token: GatewayPlatform['token'] = ({
    role = 'trader',
    userId = newUserId(0),
    expiresInSeconds = 300,
    claims = {},
  } = {}) =>
    new SignJWT({ role, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setSubject(userId)
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_AUDIENCE)
      .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresInSeconds)
      .sign(privateKey);

  return {
    owners,
    service,
    startReplica: async () => {
      const replica = await start();
      replicas.push(replica);
      return replica;
    },
    token,
    send: async (...events) => {
      for (const [source, sender] of senders) await sender.send(events.filter((event) => event.source === source));
    },
    ask: async (method, path, { headers = {}, body } = {}) => {
      const response = await fetch(service.url + path, {
        method,
        headers: {
          authorization: `Bearer ${await token()}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    },
    close: async () => {
      await Promise.all([service, ...replicas].map((one) => one.close()));
      await client.close();
      await Promise.all(Object.values(owners).map((owner) => owner.close()));
      await azure.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
