import type { IncomingHttpHeaders } from 'node:http';
import type { ContainerStore } from '../container-store.js';
import { notSupported } from '../cosmos-error.js';
import type { CosmosReply } from '../cosmos-reply.js';
import type { JsonObject } from '../json.js';

export function queryReply(_c: ContainerStore, _b: JsonObject, _h: IncomingHttpHeaders, _n: number): CosmosReply {
  throw notSupported('query');
}
export function queryPlanReply(_c: ContainerStore, _b: JsonObject): CosmosReply {
  throw notSupported('query');
}
