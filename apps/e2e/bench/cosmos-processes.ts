import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ContainerDeclaration } from '@ballast/contracts';
import { CosmosServer } from '../../local-azure/src/cosmos/cosmos-server.js';
import { Usage } from '../../local-azure/src/usage.js';

/** The key of the servers that the bench starts. */
export const MASTER_KEY = Buffer.from('a key that only the bench uses').toString('base64');

/** Two containers of the same kind, for different amounts of data. */
export const CONTAINERS: readonly ContainerDeclaration[] = ['small', 'large'].map((name) => ({
  name,
  owner: 'bench',
  partitionKeyPaths: ['/tenant', '/profile'],
  indexedPaths: ['/kind/?', '/n/?'],
  compositeIndexes: [
    [
      { path: '/kind', order: 'ascending' as const },
      { path: '/n', order: 'descending' as const },
    ],
  ],
}));

/** A server in a process of its own. */
export interface ServerProcess {
  readonly endpoint: string;
  /** Microseconds of CPU that the process has used so far. */
  cpuUs(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the Cosmos server on a file, or, without one, a server that answers bytes made beforehand. */
export async function startServer(script: string, file?: string): Promise<ServerProcess> {
  const child = fork(script, file === undefined ? ['canned'] : ['cosmos', file]);
  const [port] = (await once(child, 'message')) as [number];
  return {
    endpoint: `http://127.0.0.1:${port}/`,
    cpuUs: () => ask(child),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function ask(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [used] = (await once(child, 'message')) as [number];
  return used;
}

/** What a child process does: serves, tells its port, and tells its CPU time when asked. */
export async function serve([role, file]: readonly string[]): Promise<void> {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!(user + system);
  });
  process.send!(role === 'canned' ? await serveCanned() : await serveCosmos(file!));
}

async function serveCosmos(file: string): Promise<number> {
  const options = { host: '127.0.0.1', port: 0, database: 'bench', containers: CONTAINERS, masterKey: MASTER_KEY };
  const server = await CosmosServer.start({ ...options, file, usage: new Usage() });
  return server.port;
}

const SYSTEM = {
  _rid: 'AQAAAIAAAAEBAAAAAAAAAA==',
  _self: 'dbs/AQAAAA==/colls/AQAAAIAAAAE=/docs/AQAAAIAAAAEBAAAAAAAAAA==/',
  _etag: '"00000001-0000-0000-0000-000000000001"',
  _attachments: 'attachments/',
  _ts: 1_800_000_000,
};

/** The document of the bench: about 1 KB with its system properties. */
export const documentOf = (id: string, rest: object = {}) => ({
  id,
  tenant: 'bench',
  profile: 'p0',
  kind: 'order',
  n: 0,
  text: 'x'.repeat(700),
  ...rest,
});

/** Answers without looking: as much as a client needs to carry on, of the size that the real server answers. */
async function serveCanned(): Promise<number> {
  const document = JSON.stringify({ ...documentOf('canned'), ...SYSTEM });
  const result = (statusCode: number): string =>
    `{"statusCode":${statusCode},"requestCharge":5.51,"eTag":${JSON.stringify(SYSTEM._etag)},"resourceBody":${document}}`;
  const batch = `[${[200, 201, 201].map(result).join(',')}]`;
  const container = JSON.stringify({
    id: 'small',
    partitionKey: { paths: ['/tenant', '/profile'], kind: 'MultiHash', version: 2 },
    _rid: 'AQAAAIAAAAE=',
  });
  const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, (request, response) => {
    const { method, url = '/', headers } = request;
    const isItem = url.includes('/docs');
    const body = isItem ? ('x-ms-cosmos-is-batch-request' in headers ? batch : document) : container;
    request.resume().on('end', () => {
      const status = method === 'POST' && body === document ? 201 : 200;
      const sent = url === '/' ? accountAt(headers.host!) : body;
      const answered = body === document ? ITEM_HEADERS : CANNED_HEADERS;
      response.writeHead(status, { 'content-length': String(sent.length), ...answered }).end(sent);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

const CANNED_HEADERS = {
  'content-type': 'application/json',
  'x-ms-activity-id': '00000000-0000-0000-0000-000000000000',
  'x-ms-request-charge': '1',
  'x-ms-version': '2020-07-15',
  'x-ms-session-token': '0:-1#1',
  'x-ms-alt-content-path': 'dbs/bench/colls/small',
  'x-ms-content-path': 'AQAAAIAAAAE=',
};
const ITEM_HEADERS = { ...CANNED_HEADERS, etag: SYSTEM._etag };

function accountAt(host: string): string {
  const locations = [{ name: 'Local', databaseAccountEndpoint: `http://${host}/` }];
  return JSON.stringify({
    id: 'canned',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
  });
}
