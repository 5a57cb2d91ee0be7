import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { selfSigned } from './certificate-fixture.js';
import { readConfig } from './local-azure.config.js';
import { BundledProcesses } from './service-bus/bundled-process-fixture.js';
import { startLocalAzure, type LocalAzure } from './start-local-azure.js';
import type { TlsFindings, TlsOrder } from './tls-client-fixture.js';

const ISSUER = 'https://login.example/tenant';
const TOPOLOGY = {
  database: 'ballast',
  topics: [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }],
  containers: [],
};

describe('local Azure with a certificate', () => {
  const credentials = selfSigned();
  const processes = new BundledProcesses();
  let folder: string;
  let azure: LocalAzure;
  let signingKey: CryptoKey;
  const tokenFor = (audience: string): Promise<string> =>
    new SignJWT({ oid: 'a reader' })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setExpirationTime('1h')
      .sign(signingKey);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'local-azure-tls-'));
    writeFileSync(join(folder, 'key.pem'), credentials.key);
    writeFileSync(join(folder, 'cert.pem'), credentials.cert);
    const { tls } = readConfig({ TLS_KEY_FILE: join(folder, 'key.pem'), TLS_CERT_FILE: join(folder, 'cert.pem') });
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    signingKey = privateKey;
    const entra = { issuer: ISSUER, jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] } };
    const cosmosPrincipals = [{ principal: 'a reader', role: 'reader' as const }];
    azure = await startLocalAzure({ dataDir: join(folder, 'data'), topology: TOPOLOGY, tls, entra, cosmosPrincipals });
  });

  afterAll(async () => {
    await azure.close();
    await processes.dispose();
    rmSync(folder, { recursive: true });
  });

  it('serves the SDKs as Azure does: one connection string for messages and administration, and an https endpoint', async () => {
    expect(azure.serviceBusConnectionString).not.toContain('UseDevelopmentEmulator');
    const program = processes.bundle('tls-client', `import '../tls-client-fixture.js';`);
    const { serviceBusConnectionString: connectionString, cosmosEndpoint, cosmosKey } = azure;
    const order: TlsOrder = { connectionString, cosmosEndpoint, cosmosKey, entraToken: await tokenFor(cosmosEndpoint) };
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
    const { first } = await processes.start<TlsFindings>(program, order, env);
    expect(first).toEqual({ received: 'over TLS', topics: ['orders'], item: 'a', itemByToken: 'a' });
  });

  it.each(['serviceBusAddress', 'cosmosEndpoint'] as const)(
    'proves who it is, and answers nobody who does not encrypt (%s)',
    async (which) => {
      const { hostname: host, port, protocol } = new URL(azure[which]);
      expect(protocol).toBe('https:');
      const socket = connect({ host, port: Number(port), ca: credentials.cert });
      await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
      expect(socket.authorized).toBe(true);
      socket.destroy();
      const plain = connectPlain(Number(port), host);
      plain.write('AMQP\u0003\u0001\u0000\u0000');
      const answered: Buffer[] = [];
      plain.on('data', (bytes: Buffer) => answered.push(bytes));
      await new Promise((resolve) => plain.once('close', resolve).once('error', resolve));
      expect(Buffer.concat(answered).toString('latin1')).not.toContain('AMQP');
    },
  );
});

describe('the settings of TLS', () => {
  it('are both given or none', () => {
    expect(() => readConfig({ TLS_KEY_FILE: 'key.pem' })).toThrow(/TLS_KEY_FILE and TLS_CERT_FILE/);
    expect(readConfig({}).tls).toBeUndefined();
  });
});
