import type { Faults, FaultKind } from '../faults/faults.js';
import type { OpenLink } from './client-connection.js';
import type { Deliveries } from './deliveries.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { ServiceBusError } from './service-bus-error.js';
import { SessionEntity } from './session-entity.js';
import type { Sessions } from './sessions.js';

/** The faults of the Service Bus that last, by the name they are ordered by. */
export const BUS_FAULT = {
  busy: 'server-busy',
  unreachable: 'unreachable',
  slow: 'slow-settle',
  duplicate: 'duplicate-delivery',
  pause: 'pause',
  full: 'storage-full',
} as const;

/** What the faults that happen at once work on. */
export interface BusFaultContext {
  readonly queues: () => Iterable<DeliveryQueue>;
  readonly links: () => Iterable<OpenLink>;
  readonly deliveries: Deliveries;
  /** Lets the file grow no more, or as far as it can. */
  readonly holdStorage: (isHeld: boolean) => void;
  readonly sessions: Sessions;
}

/** Declares every fault of the Service Bus. */
export function declareBusFaults(faults: Faults, context: BusFaultContext): void {
  const half = 'service-bus';
  const kinds: Omit<FaultKind, 'half'>[] = [
    {
      kind: BUS_FAULT.busy,
      effect: 'Sends, settlements, requests and new receivers are refused: com.microsoft:server-busy.',
    },
    {
      kind: BUS_FAULT.unreachable,
      effect: 'What server-busy refuses is refused as while a namespace fails over: amqp:not-found.',
    },
    { kind: BUS_FAULT.slow, effect: 'A settlement begins delayMs later.', delays: true },
    { kind: BUS_FAULT.duplicate, effect: 'A completed message is answered for and comes once more.' },
    {
      kind: BUS_FAULT.pause,
      effect: 'Nothing is handed out; what is sent is taken.',
      changed: () => pumpAll(context),
    },
    {
      kind: BUS_FAULT.full,
      effect:
        'The file of the Service Bus grows no more; what finds no room in it is refused: com.microsoft:server-busy.',
      changed: () => context.holdStorage(faults.standing().some(({ kind }) => kind === BUS_FAULT.full)),
    },
    {
      kind: 'connection-drop',
      effect: 'The connections with a link to the entity are cut without a word.',
      perform: (target) => dropConnections(context, target),
    },
    {
      kind: 'link-detach',
      effect: 'The links to the entity end: amqp:link:detach-forced.',
      perform: (target) => detachLinks(context, target),
    },
    {
      kind: 'lock-expiry',
      effect: 'The locks of messages and sessions expire now.',
      perform: (target) => expireLocks(context, target),
    },
  ];
  for (const kind of kinds) faults.declare({ half, ...kind });
}

/** Throws `com.microsoft:server-busy`, or `amqp:not-found`, where that was ordered for the entity. */
export function refuseIfOrdered(faults: Faults, entity: string): void {
  if (faults.take(BUS_FAULT.busy, entity) !== undefined) {
    throw new ServiceBusError('com.microsoft:server-busy', 'The server is busy. Please retry later.');
  }
  if (faults.take(BUS_FAULT.unreachable, entity) !== undefined) {
    throw new ServiceBusError('amqp:not-found', 'The namespace cannot be reached at the moment.');
  }
}

function pumpAll({ queues, deliveries }: BusFaultContext): void {
  for (const queue of queues()) {
    const sessions = queue instanceof SessionEntity ? queue.held() : [];
    for (const each of [queue, ...sessions]) deliveries.pump(each);
  }
}

function dropConnections({ links }: BusFaultContext, target: string | undefined): number {
  const clients = new Set([...links()].filter((link) => isFor(target, link.entity)).map(({ client }) => client));
  for (const client of clients) client.drop();
  return clients.size;
}

function detachLinks({ links }: BusFaultContext, target: string | undefined): number {
  const found = [...links()].filter((link) => isFor(target, link.entity));
  const reason = new ServiceBusError('amqp:link:detach-forced', 'The link was detached by force.');
  for (const link of found) link.end(reason);
  return found.length;
}

function expireLocks({ queues, deliveries, sessions }: BusFaultContext, target: string | undefined): number {
  let expired = 0;
  for (const queue of queues()) {
    if (!isFor(target, queue.name)) continue;
    if (queue instanceof SessionEntity) expired += sessions.expireAll(queue);
    const copies = queue.locks.takeExpired(Infinity);
    expired += copies.length;
    deliveries.countFailed(queue, copies);
  }
  return expired;
}

function isFor(target: string | undefined, entity: string): boolean {
  return target === undefined || target.toLowerCase() === entity.toLowerCase();
}
