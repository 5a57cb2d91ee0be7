import type { IncomingHttpHeaders } from 'node:http';
import type { ContainerStore } from './container-store.js';
import type { CosmosReply } from './cosmos-reply.js';
import { metadataFeed } from './metadata-reply.js';
import { METADATA_RU } from './request-charge.js';

/** `/dbs/D/colls/C/pkranges`: the physical partitions; 304 for a reader that names their present state. */
export function readRanges(container: ContainerStore, headers: IncomingHttpHeaders): CosmosReply {
  const etag = `"${container.rid}-${container.ranges.map(({ id }) => id).join('.')}"`;
  if (headers['if-none-match'] === etag) {
    return { status: 304, headers: { etag }, requestUnits: METADATA_RU, kind: 'metadata', container };
  }
  const ranges = container.ranges.map(({ id, parents, min, max }) =>
    JSON.stringify({
      _rid: container.rid,
      id,
      _etag: `"${container.rid}-${id}"`,
      minInclusive: min,
      maxExclusive: max,
      ridPrefix: Number(id),
      _self: `${container.self}pkranges/${id}/`,
      throughputFraction: 1 / container.ranges.length,
      status: 'online',
      parents,
      _ts: container.ts,
    }),
  );
  const reply = metadataFeed(container.rid, 'PartitionKeyRanges', ranges);
  return { ...reply, headers: { ...reply.headers, etag }, container };
}
