import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topology } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { startLocalAzure } from '@ballast/local-azure';
import { Clock } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';
import { SignJWT, calculateJwkThumbprint, importJWK } from 'jose';
import type { JWK } from 'jose';
import { startAccounts } from '../../accounts/src/index.js';
import { startGateway } from '../src/start-gateway.js';
import { eventually } from './eventually.js';
import { FakeOwner } from './fake-owner.js';

/** A clock that a test moves; it goes on by itself while it is let. */
export class TestClock extends Clock {
  private offsetMs = 0;
  private heldAtMs: number | undefined;

  override now(): number {
    return (this.heldAtMs ?? Date.now()) + this.offsetMs;
  }

  /** Stops at this instant. */
  hold(atMs: number): void {
    this.heldAtMs = atMs;
    this.offsetMs = 0;
  }

  /** Goes on by itself again, from now. */
  release(): void {
    this.heldAtMs = undefined;
    this.offsetMs = 0;
  }

  pass(ms: number): void {
    this.offsetMs += ms;
  }
}

/** Accounts and two gateways in this process, by one clock, before orders that answer everything. */
export interface UsagePlatform {
  readonly clock: TestClock;
  readonly gateways: readonly [RunningService, RunningService];
  readonly orders: FakeOwner;
  stopAccounts(): Promise<void>;
  /** A token of that user, with a second factor just shown. */
  token(userId: string, role: Role): Promise<string>;
  close(): Promise<void>;
}

export async function startUsagePlatform(): Promise<UsagePlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-usage-'));
  const clock = new TestClock();
  const azure = await startLocalAzure({ dataDir: join(dataDir, 'azure'), topology });
  const accounts = await startAccounts(
    {
      platform: {
        ...{ host: '127.0.0.1', port: 0, accountsUrl: 'http://127.0.0.1:9', logLevel: 'silent' },
        cosmos: { endpoint: azure.cosmosEndpoint, key: azure.cosmosKey, database: azure.database },
        serviceBus: { connectionString: azure.serviceBusConnectionString },
      },
      dataDir,
      print: () => {},
    },
    { clock },
  );
  const orders = await FakeOwner.start();
  orders.otherwise = () => ({ body: {} });
  const owners = { accounts: accounts.url, orders: orders.url, ledger: orders.url, audit: orders.url };
  const serviceBus = { connectionString: azure.serviceBusConnectionStringOf('gateway') };
  const settings = { host: '127.0.0.1', port: 0, logLevel: 'silent', serviceBus, owners } as const;
  const trustedProxies = ['127.0.0.1'];
  const gateways = await Promise.all([1, 2].map(() => startGateway({ ...settings, trustedProxies }, { clock })));
  const [first, second] = gateways;
  if (first === undefined || second === undefined) throw new Error('no gateways');
  for (const { url } of [accounts, first, second]) {
    await eventually(
      async () => (await fetch(`${url}/health/ready`)).status,
      (status) => status === 200,
    );
  }
  const jwk = JSON.parse(await readFile(join(dataDir, 'token-signing-key.json'), 'utf8')) as JWK;
  const [kid, key] = [await calculateJwkThumbprint(jwk), await importJWK(jwk, 'ES256')];
  return {
    ...{ clock, orders, gateways: [first, second] },
    stopAccounts: () => accounts.close(),
    token: (userId, role) => {
      const nowSeconds = Math.floor(clock.now() / 1_000);
      return new SignJWT({ role, mfa_at: nowSeconds })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setSubject(userId)
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setExpirationTime(nowSeconds + 900)
        .sign(key);
    },
    close: async () => {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await accounts.close();
      await orders.close();
      await azure.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
