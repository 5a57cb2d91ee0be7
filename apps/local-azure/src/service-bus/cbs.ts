import rhea from 'rhea';
import { parseAddress, type Address } from './address.js';
import type { ClientConnection } from './client-connection.js';
import type { AmqpAnswer, AmqpRequest } from './request-links.js';
import { asServiceBusError, notSupported, ServiceBusError } from './service-bus-error.js';
import type { TokenVerifier } from './token-verifier.js';

const STATUS_CODES: Readonly<Record<string, number>> = {
  'amqp:unauthorized-access': 401,
  'amqp:not-found': 404,
  'amqp:not-implemented': 501,
};

/** Answers `put-token`: 202 when the token is good and the entity exists, else 401 or 404. */
export async function answerPutToken(
  request: AmqpRequest,
  client: ClientConnection,
  access: { readonly tokens: TokenVerifier; readonly exists: (address: Address) => boolean },
): Promise<AmqpAnswer> {
  try {
    if (request.operation !== 'put-token') throw notSupported(`The $cbs operation "${request.operation}" is`);
    const audience = String(request.properties['name'] ?? '');
    const token = { type: String(request.properties['type']), text: String(request.body) };
    const grant = await access.tokens.verify(token, audience, Date.now());
    const address = parseAddress(grant.path);
    if (address === undefined || !access.exists(address)) throw entityNotFound(audience);
    client.grant(grant);
    return status(202, 'Accepted');
  } catch (error) {
    const { condition, description } = asServiceBusError(error);
    return status(STATUS_CODES[condition] ?? 500, description, condition);
  }
}

/** The refusal whose text makes the SDK say MessagingEntityNotFound, which it does not retry. */
export function entityNotFound(address: string): ServiceBusError {
  return new ServiceBusError('amqp:not-found', `The messaging entity '${address}' could not be found.`);
}

function status(code: number, description: string, condition?: string): AmqpAnswer {
  return {
    properties: {
      'status-code': rhea.types.wrap_int(code),
      'status-description': description,
      ...(condition === undefined ? {} : { 'error-condition': rhea.types.wrap_symbol(condition) }),
    },
  };
}
