import { InvalidEntraToken, type EntraTokens } from '../entra-tokens.js';
import type { HttpRequest } from '../http/http-server.js';
import { readAuthorization, unauthorized, verifySignature, type AccountKeys } from './auth.js';
import { CosmosError } from './cosmos-error.js';
import { isQuery, isSet } from './request-body.js';

/** What the built-in roles of the service permit: a reader reads metadata and items, a contributor also writes items. */
export type CosmosRole = 'reader' | 'contributor';

/** Somebody with an Entra token who has a role. */
export interface CosmosPrincipal {
  /** The `oid`, `appid` or `sub` of the token. */
  readonly principal: string;
  readonly role: CosmosRole;
}

/** Who may use the account. */
export interface AccountAccess {
  readonly keys: AccountKeys;
  /** Absent where no Entra tokens are accepted. */
  readonly entra: EntraTokens | undefined;
  readonly principals: readonly CosmosPrincipal[];
}

/** What a request does to the account, in the names of the service's data actions. */
type Action = 'readMetadata' | 'readItems' | 'writeItems' | 'manage';

const PERMITTED: Readonly<Record<CosmosRole, ReadonlySet<Action>>> = {
  reader: new Set<Action>(['readMetadata', 'readItems']),
  contributor: new Set<Action>(['readMetadata', 'readItems', 'writeItems']),
};
const GLOBAL_AUDIENCE = 'https://cosmos.azure.com';
/** Sub-status of a request that no Entra token permits, and of one that the role of the principal does not. */
const SUBSTATUS_NOT_BY_TOKEN = 5300;
const SUBSTATUS_METADATA_NOT_PERMITTED = 5301;
const SUBSTATUS_DATA_NOT_PERMITTED = 5302;

/** Throws 401 when it is not known who asks, and 403 when who asks may not do that, or the date of the request is too far off. */
export async function authorize(
  access: AccountAccess,
  http: HttpRequest,
  segments: readonly string[],
  nowMs: number,
): Promise<void> {
  const { method, headers } = http;
  const { type, signature } = readAuthorization(headers.authorization);
  if (type === 'aad') return authorizeToken(access, http, segments, { token: signature, nowMs });
  const { full, readOnly } = access.keys;
  const date = headers['x-ms-date'] ?? headers.date;
  const signed = { method, segments, date: typeof date === 'string' ? date : undefined };
  verifySignature(signed, signature, isRead(http) ? [...full, ...readOnly] : full, nowMs);
}

async function authorizeToken(
  { entra, principals }: AccountAccess,
  http: HttpRequest,
  segments: readonly string[],
  { token, nowMs }: { token: string; nowMs: number },
): Promise<void> {
  if (entra === undefined) throw unauthorized('Entra tokens are accepted only where an issuer is configured.');
  const known = await principalsOf(entra, token, http.headers.host ?? '', nowMs);
  const action = actionOf(http, segments);
  const request = `${http.method} /${segments.join('/')}`;
  if (action === 'manage') {
    const message = `The given request [${request}] cannot be authorized by AAD token in data plane.`;
    throw new CosmosError(403, 'Forbidden', message, SUBSTATUS_NOT_BY_TOKEN);
  }
  const roles = principals.filter(({ principal }) => known.includes(principal));
  if (roles.some(({ role }) => PERMITTED[role].has(action))) return;
  const message = `Principal [${known[0] ?? ''}] does not have required RBAC permissions to perform action [${action}] on resource [${request}].`;
  const substatus = action === 'readMetadata' ? SUBSTATUS_METADATA_NOT_PERMITTED : SUBSTATUS_DATA_NOT_PERMITTED;
  throw new CosmosError(403, 'Forbidden', message, substatus);
}

/** A token is for this account by its address, as the client knows it, or for every account. */
async function principalsOf(
  entra: EntraTokens,
  token: string,
  host: string,
  nowMs: number,
): Promise<readonly string[]> {
  const audiences = [`http://${host}`, `https://${host}`, GLOBAL_AUDIENCE];
  try {
    return (
      await entra.verify(
        token,
        audiences.flatMap((name) => [name, `${name}/`]),
        nowMs,
      )
    ).principals;
  } catch (error) {
    throw error instanceof InvalidEntraToken ? unauthorized(error.message) : error;
  }
}

const isRead = (http: HttpRequest): boolean =>
  http.method === 'GET' || isQuery(http) || isSet(http.headers, 'x-ms-cosmos-is-query-plan-request');

function actionOf(http: HttpRequest, segments: readonly string[]): Action {
  if (segments[4] === 'docs') return isRead(http) ? 'readItems' : 'writeItems';
  return http.method === 'GET' && segments[0] !== 'offers' ? 'readMetadata' : 'manage';
}
