import { newUserId } from '@ballast/contracts';
import { ROLES, SCOPES } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { exampleOf } from '../../../gateway/src/domain/example.js';
import type { Operation, Parameter, PlacedOperation, Schema } from '../../../gateway/src/domain/openapi.js';
import { resolved } from '../../../gateway/src/domain/openapi.js';
import type { ApiPlatform, Ask, Told } from './api-platform.js';
import { API, producedBy } from './document.js';
import type { Ended } from './ended.js';

/** Somebody who asks, and how they are refused: by status and code; absent, they are let in. */
export interface Attempt {
  readonly who: string;
  readonly token?: string;
  readonly refusal?: readonly [status: number, code: string];
}

const UNAUTHORIZED = [401, 'unauthorized'] as const;
const FORBIDDEN = [403, 'forbidden'] as const;
const OVER_SCOPE = [403, 'insufficient-scope'] as const;
const STEP_UP = [403, 'second-factor-required'] as const;

/** What the decorators of the operation's handler have written into the document. */
function accessOf(operation: Operation): { roles: readonly Role[]; scopes: readonly string[]; isStepUp: boolean } {
  const {
    'x-roles': roles = [],
    'x-scopes': scopes = [],
    'x-step-up': isStepUp = false,
  } = operation as Operation & { 'x-scopes'?: readonly string[]; 'x-step-up'?: boolean };
  return { roles: roles as readonly Role[], scopes, isStepUp };
}

/** Everybody who may try an operation that needs a token, with what the document says of them. */
export async function attemptsAt(
  platform: ApiPlatform,
  { operation }: PlacedOperation,
  { sessionId, keySecret }: Ended,
): Promise<Attempt[]> {
  const { roles, scopes, isStepUp } = accessOf(operation);
  const [role = 'admin'] = roles;
  const userId = newUserId(Date.now());
  const token = (claims: Record<string, unknown>): Promise<string> => platform.token({ role, userId, claims });
  const others = SCOPES.filter((scope) => !scopes.includes(scope));
  return [
    { who: 'nobody', refusal: UNAUTHORIZED },
    { who: 'no token of ours', token: 'no.token.ours', refusal: UNAUTHORIZED },
    { who: 'expired', token: await platform.token({ role, expiresInSeconds: -60 }), refusal: UNAUTHORIZED },
    { who: 'for others', token: await platform.token({ role, audience: 'others' }), refusal: UNAUTHORIZED },
    { who: 'in a session that ended', token: await token({ sid: sessionId }), refusal: UNAUTHORIZED },
    { who: 'a revoked key', token: keySecret, refusal: UNAUTHORIZED },
    ...(await Promise.all(
      ROLES.map(async (each) => ({
        who: each,
        token: await platform.token({ role: each, userId }),
        ...(roles.includes(each) ? (isStepUp ? { refusal: STEP_UP } : {}) : { refusal: FORBIDDEN }),
      })),
    )),
    { who: 'with a fresh second factor', token: await token({ mfa_at: Math.floor(Date.now() / 1_000) }) },
    { who: 'a key without scopes', token: await token({ scope: '' }), refusal: OVER_SCOPE },
    { who: 'a key with other scopes', token: await token({ scope: others.join(' ') }), refusal: OVER_SCOPE },
    ...(scopes.length === 0 ? [] : [{ who: 'a key in scope', token: await token({ scope: scopes.join(' ') }) }]),
  ];
}

/** Whether the answer is what the attempt must end with. One that is let in may be refused for another reason. */
export function isAsDocumented({ refusal }: Attempt, { status, json }: Told): boolean {
  const code = (json as { code?: string } | undefined)?.code;
  if (refusal !== undefined) return status === refusal[0] && code === refusal[1];
  return status !== 401 && !(status === 403 && (code === 'forbidden' || code === 'insufficient-scope'));
}

const knownOwners = new Map<string, Promise<string[]>>();

/** The addresses of the services that answer the operation themselves: those whose guard asks for a token. */
export function ownersOf(platform: ApiPlatform, placed: PlacedOperation): Promise<string[]> {
  const { operationId } = placed.operation;
  const owners = knownOwners.get(operationId) ?? askForOwners(platform, placed);
  knownOwners.set(operationId, owners);
  return owners;
}

async function askForOwners(platform: ApiPlatform, placed: PlacedOperation): Promise<string[]> {
  const urls = Object.values(platform.owners);
  const told = await Promise.all(urls.map((url) => platform.ask(requestOf(placed), url)));
  return urls.filter((_url, index) => told[index]?.status === 401);
}

/** The identifier to name in the parameter or field `name` of this pattern, or `undefined` for the example. */
export type Naming = (pattern: string, name: string) => string | undefined;

/** A request with the example of everything, or what `idFor` names. */
export function requestOf(placed: PlacedOperation, idFor: Naming = () => undefined): Ask {
  const { method, path, operation } = placed;
  const valueOf = ({ name, schema = {}, example }: Parameter): string =>
    idFor(schema.pattern ?? '', name) ?? String(example ?? exampleOf(schema, API));
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter(({ in: where }) => where === 'path');
  const query = parameters.filter(
    ({ in: where, name, required, schema: of }) =>
      where === 'query' && (required === true || idFor(of?.pattern ?? '', name) !== undefined),
  );
  const schema = operation.requestBody?.content['application/json']?.schema;
  const address = inPath.reduce(
    (text, given) => text.replace(`{${given.name}}`, encodeURIComponent(valueOf(given))),
    path,
  );
  const asked = query.map((given) => `${given.name}=${encodeURIComponent(valueOf(given))}`).join('&');
  return {
    method,
    path: asked === '' ? address : `${address}?${asked}`,
    headers: { 'idempotency-key': 'matrix', accept: [...producedBy(placed), '*/*'].join(', ') },
    ...(schema !== undefined && { body: bodyOf(schema, idFor) }),
  };
}

/** The required fields of the body, else the first one, and those that name something. */
function bodyOf(schema: Schema, idFor: Naming): unknown {
  const { properties = {}, required = Object.keys(properties).slice(0, 1) } = resolved(schema, API);
  const fields = Object.entries(properties).flatMap(([name, field]) => {
    const id = idFor(resolved(field, API).pattern ?? '', name);
    if (id !== undefined) return [[name, id]];
    return required.includes(name) ? [[name, exampleOf(field, API)]] : [];
  });
  return Object.fromEntries(fields) as unknown;
}
