import rhea from 'rhea';
import type { Faults } from '../faults/faults.js';
import type { Usage } from '../usage.js';
import { refuseIfOrdered } from './bus-faults.js';
import type { AccessRight } from './authorization-rule.js';
import type { Broker } from './broker.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Topic } from './entities.js';
import { handsOutMessages, statusOf, takesMessages } from './entity-description.js';
import { addRule, enumerateRules, removeRule, type RuleContext } from './management-rules.js';
import { deleteMessages, receiveDeferred } from './management-deferred.js';
import { scheduleMessages, sequenceNumbers } from './management-scheduling.js';
import type { AmqpAnswer, AmqpRequest } from './request-links.js';
import { performOnSession, queueHeld, queueNamed, type SessionRequest } from './session-management.js';
import type { Sessions } from './sessions.js';
import { asServiceBusError, entityDisabled, forwardsOnly, notSupported, ServiceBusError } from './service-bus-error.js';

const TIMESTAMP_CODE = 0x83;
const BROWSE_COUNT_MAX = 250;
const BROWSE_BYTES_MAX = 262_144;
const VENDOR_PREFIX = 'com.microsoft:';
const STATUS_CODES: Readonly<Record<string, number>> = {
  'amqp:not-implemented': 501,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:session-lock-lost': 410,
  'com.microsoft:argument-error': 400,
  'amqp:link:message-size-exceeded': 413,
  'amqp:not-allowed': 400,
  'amqp:not-found': 404,
  'amqp:unauthorized-access': 401,
  'amqp:resource-limit-exceeded': 403,
  'com.microsoft:entity-already-exists': 409,
  'com.microsoft:entity-disabled': 400,
  'com.microsoft:server-busy': 503,
};
const SENDING: ReadonlySet<string> = new Set(['schedule-message', 'cancel-scheduled-message']);

/** What a `$management` request is about. */
export interface ManagementContext {
  /** Undefined for a topic, which has no messages of its own. */
  readonly queue: DeliveryQueue | undefined;
  /** Undefined for what cannot be sent to. */
  readonly topic: Topic | undefined;
  /** Undefined for what has no rules. */
  readonly rules: RuleContext | undefined;
  readonly entity: string;
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly usage: Usage;
  readonly faults: Faults;
  /** Throws `amqp:unauthorized-access` unless the client has the right here now. */
  readonly authorize: (right: AccessRight) => void;
}

type Body = Readonly<Record<string, unknown>>;

/** Answers scheduling, rules, sessions, deferred messages, renew-lock, update-disposition, peek-message; else 501. */
export async function answerManagement(request: AmqpRequest, managed: () => ManagementContext): Promise<AmqpAnswer> {
  try {
    const context = managed();
    context.queue?.touch();
    return await perform(request, (request.body ?? {}) as Body, context);
  } catch (error) {
    const { condition, description } = asServiceBusError(error);
    return status(STATUS_CODES[condition] ?? 500, description, { condition });
  }
}

async function perform(request: AmqpRequest, body: Body, context: ManagementContext): Promise<AmqpAnswer> {
  const { sessions, usage, entity } = context;
  const { operation, properties } = request;
  const name = operation.startsWith(VENDOR_PREFIX) ? operation.slice(VENDOR_PREFIX.length) : operation;
  usage.serviceBus({ entity, kind: name === 'renew-lock' ? 'renew' : 'management', bytes: 0 });
  context.authorize(SENDING.has(name) ? 'Send' : 'Listen');
  refuseIfOrdered(context.faults, entity);
  const answer = (await performSending(name, body, context)) ?? (await performOnRules(name, body, context.rules));
  if (answer !== undefined) return answer;
  if (context.queue === undefined) throw notSupported(`The operation "${operation}" on a topic is`);
  if (!handsOutMessages(context.queue.status)) throw entityDisabled(entity);
  if (context.queue.forwarding !== undefined) throw forwardsOnly('browser');
  const onSession = { operation: name, body, properties };
  const answerBody = await performOnSession(onSession, context.queue, sessions);
  if (answerBody !== undefined) return status(200, 'OK', { body: answerBody });
  return performOnMessages(onSession, context.queue, context);
}

/** Schedules, or cancels what is scheduled; undefined for another operation. */
async function performSending(
  name: string,
  body: Body,
  { topic, broker }: ManagementContext,
): Promise<AmqpAnswer | undefined> {
  if (topic === undefined || !SENDING.has(name)) return undefined;
  if (!takesMessages(statusOf(topic.description.properties))) throw entityDisabled(topic.name);
  if (name === 'schedule-message') return status(200, 'OK', { body: await scheduleMessages(body, topic, broker) });
  await broker.scheduling.cancel(topic, sequenceNumbers(body));
  return status(200, 'OK');
}

/** Adds, removes or lists rules; undefined for another operation. */
async function performOnRules(
  name: string,
  body: Body,
  rules: RuleContext | undefined,
): Promise<AmqpAnswer | undefined> {
  if (rules === undefined) return undefined;
  switch (name) {
    case 'add-rule':
      await addRule(body, rules);
      return status(200, 'OK');
    case 'remove-rule':
      await removeRule(body, rules);
      return status(200, 'OK');
    case 'enumerate-rules': {
      const found = enumerateRules(body, rules);
      return found === undefined ? status(204, 'No Content') : status(200, 'OK', { body: found });
    }
    default:
      return undefined;
  }
}

async function performOnMessages(
  request: SessionRequest,
  entity: DeliveryQueue,
  { broker, sessions }: ManagementContext,
): Promise<AmqpAnswer> {
  const { operation, body } = request;
  const queue = queueNamed(body, entity);
  switch (operation) {
    case 'renew-lock': {
      const expirations = lockTokens(body).map((token) => broker.settlement.renew(queue, token));
      return status(200, 'OK', {
        body: { expirations: rhea.types.wrap_array(expirations, TIMESTAMP_CODE, undefined) },
      });
    }
    case 'update-disposition':
      await Promise.all(lockTokens(body).map((token) => updateDisposition(token, body, queue, broker)));
      return status(200, 'OK');
    case 'receive-by-sequence-number':
      return status(200, 'OK', { body: await receiveDeferred(body, queueHeld(request, entity, sessions), broker) });
    case 'batch-delete-messages':
      return status(200, 'OK', { body: await deleteMessages(body, queue, broker) });
    case 'peek-message':
      return browse(body, queue, broker);
    default:
      throw notSupported(`The operation "${operation}" is`);
  }
}

function updateDisposition(token: Buffer, body: Body, queue: DeliveryQueue, broker: Broker): Promise<void> {
  const properties = (body['properties-to-modify'] ?? {}) as Record<string, unknown>;
  const disposition = String(body['disposition-status']);
  switch (disposition) {
    case 'completed':
      return broker.settlement.complete(queue, token);
    case 'abandoned':
      return broker.settlement.abandon(queue, token, properties);
    case 'defered':
      return broker.settlement.defer(queue, token, properties);
    case 'suspended': {
      const { 'deadletter-reason': reason, 'deadletter-description': description } = body;
      return broker.settlement.deadLetter(queue, token, {
        properties,
        ...(typeof reason === 'string' ? { reason } : {}),
        ...(typeof description === 'string' ? { description } : {}),
      });
    }
    default:
      throw notSupported(`The disposition "${disposition}" is`);
  }
}

function browse(body: Body, queue: DeliveryQueue, broker: Broker): AmqpAnswer {
  const countMax = Math.min(Math.max(Number(body['message-count'] ?? 1), 1), BROWSE_COUNT_MAX);
  const from = body['from-sequence-number'];
  const found = broker.browse(queue, typeof from === 'number' ? from : 0, countMax);
  const messages: { message: Buffer }[] = [];
  let bytesLeft = BROWSE_BYTES_MAX;
  for (const { bytes } of found) {
    if (messages.length > 0 && bytes.length > bytesLeft) break;
    bytesLeft -= bytes.length;
    messages.push({ message: bytes });
  }
  return messages.length === 0 ? status(204, 'No Content') : status(200, 'OK', { body: { messages } });
}

function lockTokens(body: Body): Buffer[] {
  const tokens = body['lock-tokens'];
  if (!Array.isArray(tokens) || !tokens.every((token): token is Buffer => Buffer.isBuffer(token))) {
    throw new ServiceBusError('com.microsoft:argument-error', 'The request has no lock tokens.');
  }
  return tokens;
}

function status(code: number, description: string, more: { condition?: string; body?: unknown } = {}): AmqpAnswer {
  return {
    properties: {
      statusCode: rhea.types.wrap_int(code),
      statusDescription: description,
      ...(more.condition === undefined ? {} : { errorCondition: rhea.types.wrap_symbol(more.condition) }),
    },
    ...(more.body === undefined ? {} : { body: more.body }),
  };
}
