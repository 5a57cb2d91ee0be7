import type { HttpRequest } from '../http/http-server.js';
import type { GroupCommit } from '../storage/group-commit.js';
import type { Catalog } from './catalog.js';
import type { CosmosReply } from './cosmos-reply.js';
import { metadataReply } from './metadata-reply.js';

/** What the handlers of accounts, databases and containers work on. */
export interface MetadataContext {
  readonly catalog: Catalog;
  readonly commits: GroupCommit;
  readonly nowSeconds: () => number;
  /** Physical partitions of a container that is created. */
  readonly ranges: number;
}

/** The account as clients read it to find the regions: where and how the client that asks has found the server. */
export function readAccount({ headers, secure }: Pick<HttpRequest, 'headers' | 'secure'>): CosmosReply {
  const endpoint = `${secure ? 'https' : 'http'}://${headers.host ?? ''}/`;
  const locations = [{ name: 'Local', databaseAccountEndpoint: endpoint }];
  return metadataReply(200, {
    id: 'local-azure',
    _rid: 'local-azure',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    userReplicationPolicy: { minReplicaSetSize: 1, maxReplicasetSize: 1, asyncReplication: false },
    queryEngineConfiguration: '{}',
    addresses: '//addresses/',
    media: '//media/',
  });
}
