import { html, table, type Content, type Html } from '../../pages/html.js';
import type { View } from '../../pages/pages.js';
import type { Usage } from '../../usage.js';
import type { Broker } from '../broker.js';
import type { DeliveryQueue } from '../delivery-queue.js';
import type { Entities, Topic } from '../entities.js';
import { statusOf } from '../entity-description.js';
import type { EntityDescriptionStore } from '../entity-description-store.js';
import { shownMessage, type ShownMessage } from './shown-message.js';

/** What the status page shows. */
export interface StatusContext {
  readonly entities: Entities;
  readonly broker: Broker;
  readonly descriptions: EntityDescriptionStore;
  readonly usage: Usage;
}

/** Messages shown at once. */
const PEEK_COUNT_MAX = 50;
/** Characters of a body in a list; a message alone is shown whole. */
const BODY_SHOWN_MAX = 2_000;

interface ShownEntity {
  readonly name: string;
  readonly kind: 'queue' | 'topic' | 'subscription';
  readonly status: string;
  readonly active?: number;
  readonly locked?: number;
  readonly scheduled?: number;
  readonly deadLetters?: number;
  readonly transferDeadLetters?: number;
  /** Messages taken in and handed out per second over the last minute. */
  readonly inPerSecond?: number;
  readonly outPerSecond?: number;
}

/**
 * Every entity with its counts and rates; for `?entity=…` the first of its messages, from `&from=…` on, or with `&message=…` one
 * alone. What is shown stays where it is.
 */
export function statusView(query: URLSearchParams, context: StatusContext): View {
  const name = query.get('entity');
  if (name === null) return overview(context);
  const queue = [...context.entities.queues()].flatMap(({ parts }) => parts).find((one) => one.name === name);
  if (queue === undefined) {
    const content = html`<p class="error">There is no such entity.</p>`;
    return { status: 404, title: name, content, data: { error: `There is no entity ${name}.` } };
  }
  const one = Number(query.get('message') ?? Number.NaN);
  if (!Number.isNaN(one)) return single(queue, one, context.broker);
  const from = Number(query.get('from') ?? 0);
  const messages = context.broker
    .browse(queue, Number.isSafeInteger(from) ? from : 0, PEEK_COUNT_MAX)
    .map(({ sequence, bytes }) => shortened(shownMessage(sequence, bytes)));
  const content = [messageTable(name, messages), next(name, messages)];
  return { status: 200, title: name, content, data: { entity: name, messages } };
}

function overview(context: StatusContext): View {
  const entities = context.entities.topics().flatMap((topic) => shownEntities(topic, context));
  const heads = [
    'Entity',
    'Kind',
    'Status',
    'Active',
    'of them locked',
    'Scheduled',
    'Dead letters',
    'In / s',
    'Out / s',
  ];
  const rows = entities.map((entity): Content[] => [
    entity.kind === 'topic' ? entity.name : link(entity.name, entity.name),
    entity.kind,
    entity.status,
    entity.active,
    entity.locked,
    entity.scheduled,
    entity.kind === 'topic' ? '' : deadLettersOf(entity),
    entity.inPerSecond?.toFixed(2),
    entity.outPerSecond?.toFixed(2),
  ]);
  const content = [table(heads, rows), html`<p>Rates are those of the last minute.</p>`];
  return { status: 200, title: 'Service Bus', content, data: { entities } };
}

function deadLettersOf({ name, deadLetters = 0, transferDeadLetters = 0 }: ShownEntity): Content {
  const failed = link(`${name}/$DeadLetterQueue`, String(deadLetters));
  if (transferDeadLetters === 0) return failed;
  return [failed, html` and not forwarded: `, link(`${name}/$Transfer/$DeadLetterQueue`, String(transferDeadLetters))];
}

function shownEntities(topic: Topic, { descriptions, usage }: StatusContext): ShownEntity[] {
  const { name, id, description } = topic;
  const inPerSecond = usage.serviceBusRate(name, 'send');
  const scheduled = descriptions.scheduledCount(id);
  const isTopic = description.kind === 'topic';
  const status = statusOf(description.properties);
  const own: ShownEntity[] = isTopic ? [{ name, kind: 'topic', status, scheduled, inPerSecond }] : [];
  const queues = topic.subscriptions.map(({ queue }): ShownEntity => {
    const { active, dead, transferDead } = descriptions.counts(queue.subscriptionId);
    return {
      name: queue.name,
      kind: isTopic ? 'subscription' : 'queue',
      status: queue.status,
      active,
      locked: queue.locks.size,
      ...(isTopic ? {} : { scheduled, inPerSecond }),
      deadLetters: dead,
      transferDeadLetters: transferDead,
      outPerSecond: usage.serviceBusRate(queue.name, 'delivery'),
    };
  });
  return [...own, ...queues];
}

function single(queue: DeliveryQueue, sequence: number, broker: Broker): View {
  const [found] = broker.browse(queue, sequence, 1);
  if (found?.sequence !== sequence) {
    const content = html`<p class="error">There is no such message here any more.</p>`;
    return { status: 404, title: queue.name, content, data: { error: `There is no message ${sequence}.` } };
  }
  const message = shownMessage(sequence, found.bytes);
  const rows = Object.entries(message).map(([name, value]): Content[] => [name, html`<pre>${text(value)}</pre>`]);
  return { status: 200, title: `${queue.name}: message ${sequence}`, content: table(['', ''], rows), data: message };
}

function messageTable(entity: string, messages: readonly ShownMessage[]): Html {
  const heads = [
    'Number',
    'Enqueued',
    'Message id',
    'Session',
    'Deliveries',
    'Dead-letter reason',
    'Properties',
    'Body',
  ];
  const rows = messages.map((message): Content[] => [
    link(entity, String(message.sequence), { message: message.sequence }),
    message.enqueued,
    message.messageId,
    message.sessionId,
    message.deliveryCount,
    [message.deadLetterReason, message.deadLetterDescription].filter((part) => part !== undefined).join(': '),
    html`<pre>${text({ ...message.properties, ...message.applicationProperties })}</pre>`,
    html`<pre>${message.body}</pre>`,
  ]);
  return table(heads, rows);
}

function next(entity: string, messages: readonly ShownMessage[]): Content {
  const last = messages.at(-1);
  if (last === undefined) return html`<p>There are no messages.</p>`;
  return messages.length < PEEK_COUNT_MAX ? undefined : link(entity, 'Next messages', { from: last.sequence + 1 });
}

const shortened = (message: ShownMessage): ShownMessage =>
  message.body.length > BODY_SHOWN_MAX ? { ...message, body: `${message.body.slice(0, BODY_SHOWN_MAX)}…` } : message;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 1));

function link(entity: string, shown: string, more: Record<string, number> = {}): Html {
  const query = new URLSearchParams({
    entity,
    ...Object.fromEntries(Object.entries(more).map(([key, n]) => [key, `${n}`])),
  });
  return html`<a href="?${query.toString()}">${shown}</a>`;
}
