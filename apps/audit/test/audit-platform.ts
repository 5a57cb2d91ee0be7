import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from '@azure/cosmos';
import { newUserId, topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { connectCosmos } from '@ballast/cosmos';
import { startLocalAzure } from '@ballast/local-azure';
import { EventSender, connectServiceBus } from '@ballast/service-bus';
import type { PlatformSettings, RunningService } from '@ballast/service-host';
import type { Type } from '@nestjs/common';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { startAudit } from '../src/start-audit.js';

/** Audit in this process, on a local Azure of its own. */
export interface AuditPlatform {
  /** The rows as they lie in the store, for looking and for tampering. */
  readonly rows: Container;
  /** Sends events to their topic, as `/orders` in `source` names it. */
  send(...events: EventEnvelope[]): Promise<void>;
  /** Asks audit as a user of this role. */
  get(path: string, role: Role, userId?: string): Promise<{ status: number; body: unknown }>;
  /** A provider of the running audit. */
  part<T>(type: Type<T>): T;
  /** The audit that runs now. */
  service(): RunningService;
  tokenOf(role: Role, userId: string): Promise<string>;
  /** Another replica of audit. */
  startReplica(): Promise<RunningService>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startAuditPlatform(): Promise<AuditPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-audit-'));
  const azure = await startLocalAzure({ dataDir, topology });
  const cosmos = { endpoint: azure.cosmosEndpoint, key: azure.cosmosKey, database: azure.database };
  const serviceBus = { connectionString: azure.serviceBusConnectionString };
  const accountsUrl = 'http://127.0.0.1:9';
  const settings: PlatformSettings = {
    host: '127.0.0.1',
    port: 0,
    cosmos,
    serviceBus,
    accountsUrl,
    logLevel: 'silent',
  };
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const tokenKeys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test' }] };
  const start = () => startAudit({ settings, tokenKeys });
  let audit = await start();
  const database = await connectCosmos(cosmos);
  const client = await connectServiceBus(serviceBus);
  const senders = new Map(topology.topics.map(({ name }) => [`/${name}`, new EventSender(client, name)]));

  const tokenOf = (role: Role, userId: string): Promise<string> =>
    new SignJWT({ role })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setSubject(userId)
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_AUDIENCE)
      .setExpirationTime('5m')
      .sign(privateKey);

  return {
    rows: database.container('audit-events'),
    send: async (...events) => {
      for (const [source, sender] of senders) await sender.send(events.filter((event) => event.source === source));
    },
    get: async (path, role, userId = newUserId(0)) => {
      const authorization = `Bearer ${await tokenOf(role, userId)}`;
      const response = await fetch(audit.url + path, { headers: { authorization } });
      return { status: response.status, body: await response.json() };
    },
    part: (type) => audit.app.get(type, { strict: false }),
    service: () => audit,
    tokenOf,
    startReplica: start,
    restart: async () => {
      await audit.close();
      audit = await start();
    },
    close: async () => {
      await audit.close();
      await client.close();
      database.client.dispose();
      await azure.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
