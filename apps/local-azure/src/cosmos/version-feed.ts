import type { IncomingHttpHeaders } from 'node:http';
import type { ChangeFeedPage } from './change-feed.js';
import type { ContainerStore } from './container-store.js';
import { badRequest } from './cosmos-error.js';
import { valueAt, type DocumentPath } from './document-path.js';
import { continuationIn, feedPage } from './feed-page.js';
import type { JsonObject } from './json.js';
import { pageSizeOf } from './page.js';
import { scopeOf } from './scope.js';
import type { Change } from './version-log.js';

/**
 * Every version and delete after the start given by the headers, oldest first: from now on or from a continuation. Throws 400 where the
 * container does not keep versions, and for a start whose changes are not kept any more.
 */
export function readVersionFeed(container: ContainerStore, headers: IncomingHttpHeaders): ChangeFeedPage {
  const { effects, definition } = container;
  if (!effects.keepsVersions) {
    throw badRequest('All versions and deletes need a container with a change feed policy that keeps them.');
  }
  if (headers['if-modified-since'] !== undefined) {
    throw badRequest('All versions and deletes are read from now or from a continuation, not from a time.');
  }
  const committed = container.committedLsn();
  const after = continuationIn(headers, committed);
  if (after === undefined) {
    throw badRequest('All versions and deletes are read from now or from a continuation, not from the beginning.');
  }
  if (after < effects.log.prunedUpTo()) {
    throw badRequest('The continuation is older than the retention of all versions and deletes.');
  }
  const limit = pageSizeOf(headers);
  const changes = effects.log.after(after, scopeOf(container, headers), limit);
  const documents = changes.map((change) => ({ lsn: change.lsn, text: entryOf(change, definition.keyPaths) }));
  return feedPage(documents, { after, committed, limit });
}

/** The operations as clients know them; the end of a lifetime is a delete. */
const OPERATIONS = { create: 'create', replace: 'replace', delete: 'delete', expiry: 'delete' } as const;

function entryOf(change: Change, keyPaths: readonly DocumentPath[]): string {
  const { kind, lsn, ts, current, previous, previousLsn } = change;
  const metadata = {
    operationType: OPERATIONS[kind],
    lsn,
    crts: ts,
    ...(previousLsn === null ? {} : { previousImageLSN: previousLsn }),
    ...(current === null ? { timeToLiveExpired: kind === 'expiry', ...identityOf(change, keyPaths) } : {}),
  };
  const before = previous === null ? '' : `"previous":${previous},`;
  return `{"current":${current ?? 'null'},${before}"metadata":${JSON.stringify(metadata)}}`;
}

/** A delete has no document any more that would say whose it is. */
function identityOf({ id, previous }: Change, keyPaths: readonly DocumentPath[]): JsonObject {
  const document = JSON.parse(previous!) as JsonObject;
  const key = keyPaths.map((path) => [path.join('/'), valueAt(document, path)] as const);
  return {
    id,
    partitionKey: Object.fromEntries(key.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  };
}
