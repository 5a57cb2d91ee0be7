import type { HttpRequest } from '../../http/http-server.js';
import { permits, type PolicyRight } from '../access-policy.js';
import { unauthorized } from '../service-bus-error.js';
import { TOKEN_TYPE, type TokenVerifier } from '../token-verifier.js';
import { resourceName, type Resource } from './resource.js';

const BEARER = 'Bearer ';

/**
 * Throws `amqp:unauthorized-access` unless the request has a token that permits it: Manage; for the rules of a
 * subscription Listen, as at the service; for a topic's subscriptions the right to manage just those.
 */
export async function authorizeRequest(
  { method, headers }: HttpRequest,
  resource: Resource,
  tokens: TokenVerifier,
): Promise<void> {
  const given = headers.authorization ?? '';
  const token = given.startsWith(BEARER)
    ? { type: TOKEN_TYPE.jwt, text: given.slice(BEARER.length) }
    : { type: TOKEN_TYPE.sharedAccess, text: given };
  const { rights } = await tokens.verify(token, `https://${headers.host ?? ''}/${resourceName(resource)}`, Date.now());
  if (sufficient(resource, method).some((right) => permits(rights, right))) return;
  throw unauthorized(`Manage,Entity${method === 'GET' ? 'Read' : 'Write'} claims required for this operation.`);
}

function sufficient({ kind }: Resource, method: string): PolicyRight[] {
  if (kind === 'rule' || kind === 'rules') return ['Listen', 'ManageSubscriptions'];
  if (kind === 'subscription' || kind === 'subscriptions') return ['Manage', 'ManageSubscriptions'];
  if (kind === 'topic' && method === 'GET') return ['Manage', 'ManageSubscriptions'];
  return ['Manage'];
}
