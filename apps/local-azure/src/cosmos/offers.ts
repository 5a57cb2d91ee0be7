import type { IncomingHttpHeaders } from 'node:http';
import type { HttpRequest } from '../http/http-server.js';
import type { Catalog } from './catalog.js';
import type { CosmosReply } from './cosmos-reply.js';
import { badRequest, notFound, notSupported, preconditionFailed } from './cosmos-error.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { metadataReply } from './metadata-reply.js';
import type { MetadataContext } from './metadata.js';
import { leastOf, rangesFor, requireThroughput, type Offer, type Throughput } from './offer-store.js';
import { RANGES_MAX } from './partition-ranges.js';
import { isQuery, parseObject } from './request-body.js';
import { resourceFeedReply } from './resource-feed.js';
import { containerSelf, databaseSelf, offerRid } from './resource-id.js';

/** The throughput that a creation asks for, if it does. Throws 400. */
export function throughputIn(headers: IncomingHttpHeaders): Throughput | undefined {
  const manual = headers['x-ms-offer-throughput'];
  const autoscale = headers['x-ms-cosmos-offer-autopilot-settings'];
  if (manual !== undefined && autoscale !== undefined)
    throw badRequest('An offer is either manual or autoscale, not both.');
  if (manual !== undefined) return requireThroughput({ kind: 'manual', requestUnits: Number(manual) });
  if (autoscale === undefined) return undefined;
  const { maxThroughput } = parseObject(Buffer.from(String(autoscale)));
  return requireThroughput({ kind: 'autoscale', requestUnits: Number(maxThroughput) });
}

/** `/offers` and `/offers/O`: list, query, read and replace throughputs. Throws 400, 404 and 412. */
export async function offersRequest(
  { catalog, commits, nowSeconds }: MetadataContext,
  http: HttpRequest,
  id: string | undefined,
): Promise<CosmosReply> {
  const offers = catalog.offers.list();
  if (id === undefined) {
    if (http.method !== 'GET' && !isQuery(http)) throw notSupported(`${http.method} of offers`);
    return resourceFeedReply({ parent: '', name: 'Offers', resources: offers.map(bodyOf) }, http);
  }
  const offer = offers.find(({ n }) => offerRid(n).toLowerCase() === id.toLowerCase());
  if (offer === undefined) throw notFound(`offer ${id}`);
  if (http.method === 'GET') return offerReply(offer);
  if (http.method !== 'PUT') throw notSupported(`${http.method} of an offer`);
  const ifMatch = http.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(offer)) throw preconditionFailed();
  const throughput = throughputOf(parseObject(http.body), offer);
  await commits.submit(() => {
    catalog.offers.replace(offer, throughput, nowSeconds());
    splitAsNeeded(catalog, offer, throughput);
  });
  return offerReply(catalog.offers.of(offer.resource)!);
}

function throughputOf({ resource, offerResourceId, content }: JsonObject, offer: Offer): Throughput {
  if (resource !== linkOf(offer) || offerResourceId !== offer.resource)
    throw badRequest('The resource of an offer cannot be changed.');
  if (!isJsonObject(content)) throw badRequest('The offer needs its content.');
  const settings: Json | undefined = content['offerAutopilotSettings'];
  return requireThroughput(
    isJsonObject(settings)
      ? { kind: 'autoscale', requestUnits: Number(settings['maxThroughput']) }
      : { kind: 'manual', requestUnits: Number(content['offerThroughput']) },
  );
}

/** More throughput than the physical partitions can serve splits them, as often as it takes. */
function splitAsNeeded(catalog: Catalog, { resource }: Offer, throughput: Throughput): void {
  const container = catalog.allContainers().find(({ rid }) => rid === resource);
  if (container === undefined) return;
  const needed = Math.min(rangesFor(throughput), RANGES_MAX);
  while (container.ranges.length < needed && container.ranges.length * 2 <= RANGES_MAX) catalog.split(container);
}

const offerReply = (offer: Offer): CosmosReply =>
  metadataReply(200, bodyOf(offer), { 'x-ms-cosmos-min-throughput': String(leastOf(offer)) });

const etagOf = ({ n, version }: Offer): string => `"${offerRid(n)}-${version}"`;

const linkOf = ({ resource }: Offer): string =>
  Buffer.from(resource.replaceAll('-', '/'), 'base64').length === DATABASE_RID_BYTES
    ? databaseSelf(resource)
    : containerSelf(resource);

const DATABASE_RID_BYTES = 4;
/** An autoscale offer without load stands at a tenth of its maximum. */
const AUTOSCALE_IDLE_SHARE = 10;

function bodyOf(offer: Offer): JsonObject {
  const { n, resource, throughput, highest, ts } = offer;
  const { kind, requestUnits } = throughput;
  const rid = offerRid(n);
  const content: JsonObject = {
    offerThroughput: kind === 'manual' ? requestUnits : requestUnits / AUTOSCALE_IDLE_SHARE,
    offerIsRUPerMinuteThroughputEnabled: false,
    offerMinimumThroughputParameters: { maxThroughputEverProvisioned: highest, maxConsumedStorageEverInKB: 0 },
    ...(kind === 'manual' ? {} : { offerAutopilotSettings: { maxThroughput: requestUnits } }),
  };
  return {
    id: rid,
    offerVersion: 'V2',
    offerType: 'Invalid',
    resource: linkOf(offer),
    offerResourceId: resource,
    content,
    _rid: rid,
    _self: `offers/${rid}/`,
    _etag: etagOf(offer),
    _ts: ts,
  };
}
