import rhea from 'rhea';
import type { Message } from 'rhea';
import type { HttpReply, HttpRequest } from '../../http/http-server.js';
import type { Broker } from '../broker.js';
import type { DeliveryQueue } from '../delivery-queue.js';
import type { Entities, Topic } from '../entities.js';
import { statusOf } from '../entity-description.js';
import type { EntityDescriptionStore } from '../entity-description-store.js';
import { escapeXml } from './xml.js';

/** What the status page shows. */
export interface StatusContext {
  readonly entities: Entities;
  readonly broker: Broker;
  readonly descriptions: EntityDescriptionStore;
}

const PATH = '/$status';
const PEEK_COUNT_MAX = 50;
const BODY_SHOWN_MAX = 2_000;
const STYLE =
  'body{font:14px system-ui;margin:2em}table{border-collapse:collapse}td,th{padding:.3em .8em;border-bottom:1px solid #ccc;text-align:left;vertical-align:top}pre{margin:0;white-space:pre-wrap}';

/**
 * Answers `GET /$status`, every entity with its counts, and `GET /$status?entity=…`, the first messages of one, which
 * stay where they are; undefined for every other request.
 */
export function statusPage({ method, target }: HttpRequest, context: StatusContext): HttpReply | undefined {
  const [path, query] = target.split('?', 2);
  if (method !== 'GET' || path !== PATH) return undefined;
  const name = new URLSearchParams(query).get('entity');
  if (name === null) return page(200, 'Service Bus', entityTable(context));
  const queue = [...context.entities.queues()].find((one) => one.name === name);
  if (queue === undefined) return page(404, name, '<p>There is no such entity.</p>');
  return page(200, name, messageTable(queue, context.broker));
}

function entityTable({ entities, descriptions }: StatusContext): string {
  const rows = entities
    .topics()
    .flatMap((topic) => [
      ...(topic.description.kind === 'topic' ? [topicRow(topic, descriptions)] : []),
      ...topic.subscriptions.map(({ queue }) => queueRow(queue, topic, descriptions)),
    ]);
  return table(['Entity', 'Status', 'Active', 'of them locked', 'Scheduled', 'Dead letters'], rows);
}

function topicRow({ name, id, description }: Topic, descriptions: EntityDescriptionStore): string[] {
  return [escapeXml(name), statusOf(description.properties), '', '', String(descriptions.scheduledCount(id)), ''];
}

function queueRow(queue: DeliveryQueue, topic: Topic, descriptions: EntityDescriptionStore): string[] {
  const { active, dead } = descriptions.counts(queue.subscriptionId);
  const scheduled = topic.description.kind === 'queue' ? String(descriptions.scheduledCount(topic.id)) : '';
  const deadLetters = link(queue.deadLetters!.name, String(dead));
  return [link(queue.name, queue.name), queue.status, String(active), String(queue.locks.size), scheduled, deadLetters];
}

function messageTable(queue: DeliveryQueue, broker: Broker): string {
  const rows = broker.browse(queue, 0, PEEK_COUNT_MAX).map(({ sequence, bytes }) => messageRow(sequence, bytes));
  const heads = ['Number', 'Enqueued', 'Message id', 'Deliveries', 'Dead-letter reason', 'Properties', 'Body'];
  const back = `<p><a href="${PATH}">All entities</a>. The first ${PEEK_COUNT_MAX} messages:</p>`;
  return back + table(heads, rows);
}

function messageRow(sequence: number, bytes: Buffer): string[] {
  const message = decoded(bytes);
  if (message === undefined) return [String(sequence), '', '', '', '', '', 'This message cannot be shown.'];
  const { DeadLetterReason, DeadLetterErrorDescription, ...properties } = (message.application_properties ??
    {}) as Record<string, unknown>;
  const enqueued = (message.message_annotations as Record<string, unknown> | undefined)?.['x-opt-enqueued-time'];
  const reason = [DeadLetterReason, DeadLetterErrorDescription].filter((text) => text !== undefined).map(String);
  return [
    String(sequence),
    enqueued === undefined ? '' : new Date(Number(enqueued)).toISOString(),
    escapeXml(String(message.message_id ?? '')),
    String(message.delivery_count ?? 0),
    escapeXml(reason.join(': ')),
    `<pre>${escapeXml(shown(properties))}</pre>`,
    `<pre>${escapeXml(shown(message.body))}</pre>`,
  ];
}

function decoded(bytes: Buffer): Message | undefined {
  try {
    return rhea.message.decode(bytes) as unknown as Message;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  const content = (value as { content?: unknown } | null | undefined)?.content ?? value;
  const text = Buffer.isBuffer(content) ? content.toString('utf8') : (JSON.stringify(content, plainly) ?? '');
  return text.length > BODY_SHOWN_MAX ? `${text.slice(0, BODY_SHOWN_MAX)}…` : text;
}

/** JSON has no large integers. */
function plainly(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function link(entity: string, text: string): string {
  return `<a href="${PATH}?entity=${encodeURIComponent(entity)}">${escapeXml(text)}</a>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table>${row(heads, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
}

function page(status: number, title: string, content: string): HttpReply {
  const name = escapeXml(title);
  const body = `<!doctype html><meta charset="utf-8"><title>${name}</title><style>${STYLE}</style><h1>${name}</h1>${content}`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  };
  return { status, headers, body };
}
