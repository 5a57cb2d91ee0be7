import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import { UnreadableEvent, decodeEventData } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';

/**
 * The prefix of a CloudEvents attribute among the application properties; the binding's other prefix, `cloudEvents:`,
 * is only for systems that forbid the underscore.
 */
export const ATTRIBUTE_PREFIX = 'cloudEvents_';
const SPECVERSION = '1.0';

type Properties = Record<string, string | number>;

/**
 * One event as a message, in the CloudEvents 1.0 AMQP binding's binary mode: attributes as application properties, data
 * as JSON body, the event's id as MessageId, so that the broker drops a second send. Nothing is said twice: the trace context
 * is the attribute of the distributed tracing extension, which every delivery would else pay for under three names.
 */
export function toMessage(event: EventEnvelope): ServiceBusMessage {
  const { data, ...attributes } = event;
  const properties: Properties = { [`${ATTRIBUTE_PREFIX}specversion`]: SPECVERSION };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) properties[ATTRIBUTE_PREFIX + name] = value;
  }
  return {
    messageId: event.id,
    contentType: 'application/json',
    applicationProperties: properties,
    body: data,
  };
}

/**
 * The event in a received message, its data not yet checked against the event's declaration. Throws `UnreadableEvent`
 * that names the attribute which is missing or of the wrong kind, never its value.
 */
export function fromMessage(message: ServiceBusReceivedMessage): EventEnvelope {
  const attributes = new Attributes(message.applicationProperties ?? {});
  if (attributes.text('specversion') !== SPECVERSION) throw new UnreadableEvent('specversion is not 1.0');
  return {
    id: attributes.text('id'),
    type: attributes.text('type'),
    source: attributes.text('source'),
    subject: attributes.text('subject'),
    time: attributes.time('time'),
    partitionkey: attributes.text('partitionkey'),
    correlationid: attributes.text('correlationid'),
    ...attributes.optionalText('ownerid'),
    ...attributes.optionalSequence(),
    ...attributes.optionalText('intent'),
    ...attributes.optionalText('causationid'),
    ...attributes.traceparent(),
    data: jsonBody(message),
  };
}

/** Declarations of events by their type. */
export type Declarations = ReadonlyMap<string, EventDeclaration>;

export function declarationsByType(events: readonly EventDeclaration[]): Declarations {
  return new Map(events.map((declaration) => [declaration.type, declaration]));
}

/**
 * The event in a received message, its data decoded where its type is declared. Throws `UnreadableEvent` that names the
 * attribute or the field which is wrong, never its value.
 */
export function eventOf(message: ServiceBusReceivedMessage, declarations: Declarations): EventEnvelope {
  const event = fromMessage(message);
  const declaration = declarations.get(event.type);
  return declaration === undefined ? event : { ...event, data: decodeEventData(declaration, event.data) };
}

/** Reads the attributes of one message and says which of them cannot be read. */
class Attributes {
  constructor(private readonly properties: Readonly<Record<string, unknown>>) {}

  text(name: string): string {
    const value = this.properties[ATTRIBUTE_PREFIX + name];
    if (typeof value !== 'string' || value === '') throw new UnreadableEvent(`attribute ${name} is not a text`);
    return value;
  }

  time(name: string): string {
    const time = this.text(name);
    if (Number.isNaN(Date.parse(time))) throw new UnreadableEvent(`attribute ${name} is not a time`);
    return time;
  }

  optionalText<Name extends string>(name: Name): { [key in Name]?: string } {
    if (this.properties[ATTRIBUTE_PREFIX + name] === undefined) return {};
    return { [name]: this.text(name) } as { [key in Name]?: string };
  }

  optionalSequence(): { sequence?: number } {
    const sequence = this.properties[`${ATTRIBUTE_PREFIX}sequence`];
    if (sequence === undefined) return {};
    if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) {
      throw new UnreadableEvent('attribute sequence is not a whole number from 1');
    }
    return { sequence };
  }

  /** A broken trace context is no reason not to handle an event: it is left out. */
  traceparent(): { traceparent?: string } {
    const { properties } = this;
    const value =
      properties[`${ATTRIBUTE_PREFIX}traceparent`] ?? properties['traceparent'] ?? properties['Diagnostic-Id'];
    return typeof value === 'string' && value !== '' ? { traceparent: value } : {};
  }
}

/** The SDK has parsed the body already; it leaves the bytes where they are not JSON. */
function jsonBody(message: ServiceBusReceivedMessage): unknown {
  const mediaType = (message.contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new UnreadableEvent('content type is not application/json');
  const body: unknown = message.body;
  if (body === undefined || body instanceof Uint8Array) throw new UnreadableEvent('data is not JSON');
  return body;
}
