import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUserId, topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { EventSender, connectServiceBus } from '@ballast/service-bus';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { GenuineKey } from '../../../libs/service-host/src/testing/forged-tokens.js';
import type { GatewaySettings, OwnerUrls } from '../src/gateway.config.js';
import { FakeOwner } from './fake-owner.js';
import { grantEverything } from './granting-accounts.js';

/** Whose token it is, how long it lasts, and what else it claims. */
export interface TokenOptions {
  readonly role?: Role;
  readonly userId?: string;
  readonly expiresInSeconds?: number;
  readonly claims?: Readonly<Record<string, string | number>>;
}

/** What a gateway stands on: fake owners, a local Azure of its own and tokens that it takes. */
export interface GatewaySurroundings {
  readonly owners: Readonly<Record<keyof OwnerUrls, FakeOwner>>;
  /** With which a gateway finds all of it. */
  readonly settings: GatewaySettings;
  /** The key of its tokens. */
  readonly key: GenuineKey;
  token(options?: TokenOptions): Promise<string>;
  /** Sends events to their topic, as `/orders` in `source` names it. */
  send(...events: EventEnvelope[]): Promise<void>;
  close(): Promise<void>;
}

export async function startSurroundings(): Promise<GatewaySurroundings> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-gateway-'));
  const azure = await startLocalAzure({ dataDir, topology });
  const [accounts, orders, ledger, audit] = await Promise.all([1, 2, 3, 4].map(() => FakeOwner.start()));
  if (!accounts || !orders || !ledger || !audit) throw new Error('no owners');
  const owners = { accounts, orders, ledger, audit };
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { privateKey, publicJwk: await exportJWK(publicKey), keyId: 'test' };
  accounts.answer('GET /.well-known/jwks.json', { body: { keys: [{ ...key.publicJwk, kid: key.keyId }] } });
  accounts.answer('POST /internal/usage/leases', grantEverything);
  const client = await connectServiceBus({ connectionString: azure.serviceBusConnectionString });
  const senders = new Map(topology.topics.map(({ name }) => [`/${name}`, new EventSender(client, name)]));
  return {
    key,
    owners,
    settings: {
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      serviceBus: { connectionString: azure.serviceBusConnectionStringOf('gateway') },
      owners: { accounts: accounts.url, orders: orders.url, ledger: ledger.url, audit: audit.url },
    },
    token: ({ role = 'trader', userId = newUserId(0), expiresInSeconds = 300, claims = {} } = {}) =>
      new SignJWT({ role, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setSubject(userId)
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresInSeconds)
        .sign(privateKey),
    send: async (...events) => {
      for (const [source, sender] of senders) await sender.send(events.filter((event) => event.source === source));
    },
    close: async () => {
      await client.close();
      await Promise.all(Object.values(owners).map((owner) => owner.close()));
      await azure.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
