import type { HttpReply, HttpRequest } from '../http/http-server.js';
import type { Usage } from '../usage.js';
import { authorize, type AccountAccess } from './access.js';
import { containerRequest, containersRequest } from './containers.js';
import type { ContainerStore } from './container-store.js';
import { badRequest, CosmosError, cosmosErrorOf, notFound, SUBSTATUS_OWNER_NOT_FOUND } from './cosmos-error.js';
import type { CosmosFaults } from './cosmos-faults.js';
import { refusal, toHttp, type CosmosReply } from './cosmos-reply.js';
import { documentRequest, documentsRequest } from './documents.js';
import { databaseRequest, databasesRequest } from './databases.js';
import { readAccount, type MetadataContext } from './metadata.js';
import { notSupportedPath } from './not-supported.js';
import { offersRequest } from './offers.js';
import { readRanges } from './range-feed.js';
import type { ThroughputLimit } from './throughput-limit.js';

/** Usage of the account itself is counted under this name. */
const ACCOUNT = '_account';

/** What the REST interface needs. */
export interface CosmosApiOptions extends MetadataContext {
  readonly access: AccountAccess;
  readonly usage: Usage;
  readonly nowMs: () => number;
  readonly faults: CosmosFaults | undefined;
  readonly throughputLimit: ThroughputLimit | undefined;
}

/** The Cosmos DB REST interface: checks the signature, finds the resource, answers, and counts. */
export class CosmosApi {
  constructor(private readonly options: CosmosApiOptions) {}

  async handle(http: HttpRequest): Promise<HttpReply> {
    const reply = await this.durable(await this.answer(http));
    const replied = toHttp(reply);
    this.options.usage.cosmos({
      container: reply.container?.definition.id ?? ACCOUNT,
      kind: reply.kind,
      requestUnits: reply.requestUnits,
      requestBytes: http.body.length,
      responseBytes: replied.body === undefined ? 0 : Buffer.byteLength(replied.body),
      idle: reply.idle,
    });
    return replied;
  }

  /** An answer about what is on disk: what was written in the meantime may have been read for it. */
  private async durable(reply: CosmosReply): Promise<CosmosReply> {
    try {
      await this.options.commits.whenReadable();
      return reply;
    } catch (error) {
      return refusal(cosmosErrorOf(error), reply.kind, reply.container);
    }
  }

  private async answer(http: HttpRequest): Promise<CosmosReply> {
    try {
      const segments = segmentsOf(http.target);
      await authorize(this.options.access, http, segments, this.options.nowMs());
      return await this.dispatch(http, segments);
    } catch (error) {
      return refusal(cosmosErrorOf(error), 'metadata');
    }
  }

  private dispatch(http: HttpRequest, segments: readonly string[]): Promise<CosmosReply> | CosmosReply {
    const { method, headers } = http;
    const [root, databaseId, colls, containerId, feed, id, ...rest] = segments;
    if (root === undefined && method === 'GET') return readAccount(http);
    if (root === 'offers' && colls === undefined) return offersRequest(this.options, http, databaseId);
    if (root !== 'dbs' || rest.length > 0) throw notSupportedPath(method, segments);
    if (databaseId === undefined) return databasesRequest(this.options, http);
    if (colls === undefined) return databaseRequest(this.options, http, databaseId);
    if (colls !== 'colls') throw notSupportedPath(method, segments);
    if (containerId === undefined) return containersRequest(this.options, http, databaseId);
    if (feed === undefined) return containerRequest(this.options, http, [databaseId, containerId]);
    const container = this.ownerOf(databaseId, containerId);
    if (feed === 'pkranges' && id === undefined && method === 'GET') return readRanges(container, headers);
    if (feed !== 'docs') throw notSupportedPath(method, segments);
    const { commits, nowSeconds, faults, throughputLimit: limit, catalog } = this.options;
    const throughput = limit && { limit, source: catalog.throughputOf(container) };
    const request = { http, container, commits, nowSeconds, faults, throughput };
    return id === undefined ? documentsRequest(request) : documentRequest(request, id);
  }

  /** The container of items; clients tell by the sub-status that it is the container which does not exist. */
  private ownerOf(databaseId: string, containerId: string): ContainerStore {
    try {
      return this.options.catalog.container(databaseId, containerId);
    } catch (error) {
      if (error instanceof CosmosError && error.status === 404) {
        throw notFound(`container ${containerId}`, SUBSTATUS_OWNER_NOT_FOUND);
      }
      throw error;
    }
  }
}

function segmentsOf(target: string): string[] {
  const segments = target
    .split('?', 1)[0]!
    .split('/')
    .filter((segment) => segment !== '');
  if (!target.includes('%')) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    throw badRequest('The path is not valid percent-encoding.');
  }
}
