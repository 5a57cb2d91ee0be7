import rhea from 'rhea';
import type { DeliveryQueue } from './delivery-queue.js';
import { SessionEntity, SessionQueue } from './session-entity.js';
import type { Sessions } from './sessions.js';
import { ServiceBusError } from './service-bus-error.js';

type Body = Readonly<Record<string, unknown>>;

const LINK_NAME_PROPERTY = 'associated-link-name';
const SESSIONS_PAGE_MAX = 100;
/** The last moment of .NET, which stands for "those with messages" where a moment is asked for. */
const LAST_MOMENT_MS = 253_402_300_799_000;

/** A request about a session. */
export interface SessionRequest {
  /** Without its vendor prefix. */
  readonly operation: string;
  readonly body: Body;
  readonly properties: Body;
}

/** Performs an operation on sessions and gives the body of its answer; undefined when the operation is none of these. */
export async function performOnSession(
  { operation, body, properties }: SessionRequest,
  queue: DeliveryQueue,
  sessions: Sessions,
): Promise<Body | undefined> {
  const linkName = String(properties[LINK_NAME_PROPERTY] ?? '');
  switch (operation) {
    case 'renew-session-lock': {
      const endMs = sessions.renew(entityOf(queue), sessionId(body), linkName);
      return { expiration: rhea.types.wrap_timestamp(endMs) };
    }
    case 'get-session-state': {
      const state = sessions.state(entityOf(queue), sessionId(body), linkName);
      return { 'session-state': state === null ? null : rhea.types.wrap_binary(Buffer.from(state)) };
    }
    case 'set-session-state':
      await sessions.setState(entityOf(queue), { sessionId: sessionId(body), linkName }, stateIn(body));
      return {};
    case 'get-message-sessions':
      return page(body, sessions.list(entityOf(queue), changedAfterMs(body)));
    default:
      return undefined;
  }
}

/** The queue whose messages a request is about: that of the session it names, or the one its link is for. */
export function queueNamed(body: Body, queue: DeliveryQueue): DeliveryQueue {
  const id = body['session-id'];
  if (typeof id !== 'string' || !(queue instanceof SessionEntity)) return queue;
  return queue.find(id) ?? new SessionQueue(id, queue);
}

/** The queue that deferred messages are asked for: of a session the one whose link asks must hold. */
export function queueHeld(request: SessionRequest, queue: DeliveryQueue, sessions: Sessions): DeliveryQueue {
  if (!(queue instanceof SessionEntity)) return queue;
  return sessions.held(queue, sessionId(request.body), String(request.properties[LINK_NAME_PROPERTY] ?? ''));
}

function entityOf(queue: DeliveryQueue): SessionEntity {
  if (queue instanceof SessionEntity) return queue;
  throw new ServiceBusError('amqp:not-allowed', `'${queue.name}' has no sessions.`);
}

function sessionId(body: Body): string {
  const id = body['session-id'];
  if (typeof id === 'string') return id;
  throw new ServiceBusError('com.microsoft:argument-error', 'The request names no session.');
}

function stateIn(body: Body): Uint8Array | null {
  const state = body['session-state'] ?? null;
  if (state === null || Buffer.isBuffer(state)) return state;
  throw new ServiceBusError('com.microsoft:argument-error', 'The state of a session is binary or null.');
}

function changedAfterMs(body: Body): number | undefined {
  const after = body['last-updated-time'];
  const afterMs = after instanceof Date ? after.getTime() : after;
  return typeof afterMs === 'number' && afterMs < LAST_MOMENT_MS ? afterMs : undefined;
}

function page(body: Body, ids: readonly string[]): Body {
  const skip = Math.max(0, Number(body['skip'] ?? 0));
  const top = Math.min(SESSIONS_PAGE_MAX, Math.max(0, Number(body['top'] ?? SESSIONS_PAGE_MAX)));
  const found = ids.slice(skip, skip + top);
  return { skip: rhea.types.wrap_int(skip + found.length), 'sessions-ids': rhea.types.wrap_list(found) };
}
