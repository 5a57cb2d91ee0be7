import { EVENTS, topology } from './declaration.js';
import type { EventDeclaration, EventEnvelope } from './event.js';
import { schemaOf } from './event-schema.js';
import type { JsonSchema } from './event-schema.js';

/** An AsyncAPI 3.0 document of the events, as far as its readers here look into it. */
export interface EventDocument {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly channels: Readonly<Record<string, EventChannel>>;
  readonly components: { readonly messages: Readonly<Record<string, EventMessage>>; readonly messageTraits?: object };
}

/** A topic. */
export interface EventChannel {
  readonly address: string;
  readonly description: string;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
}

/** A message of a topic: one event. */
export interface EventMessage {
  readonly name: string;
  readonly summary: string;
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly name?: string; readonly headers: object; readonly payload: unknown }[];
}

/** Where an attribute of CloudEvents 1.0 is in an AMQP message, by the binding's binary mode. */
const PREFIX = 'cloudEvents_';

const text = (description: string, more: object = {}): JsonSchema => ({ type: 'string', description, ...more });

/** JSON Schema of the attributes of every event; an attribute that is not required is left out where it has no value. */
const ATTRIBUTES: Readonly<Record<string, JsonSchema>> = {
  specversion: text('The version of CloudEvents.', { const: '1.0' }),
  id: text('`{topic}:{aggregate}:{version}`, also the MessageId: an event that comes again has the same.'),
  type: text('`<noun>.<fact>.v<n>`; within a version only optional fields are added.'),
  source: text('`/` and the service that owns the topic.'),
  subject: text('The order, profile or user that it is about.'),
  time: text('When it was committed, in UTC with milliseconds.', { format: 'date-time' }),
  partitionkey: text('The profile, or `_system` where there is none.'),
  ownerid: text('The user who owns the profile.'),
  sequence: { type: 'integer', minimum: 1, description: "The profile's sequence in this topic, without gaps." },
  intent: text('Of events about an order: whether it opens or closes.', { enum: ['entry', 'exit'] }),
  traceparent: text('W3C trace context of the commit.'),
  correlationid: text('The request that everything in this story goes back to.'),
  causationid: text('The event or request that caused this one directly.'),
};
const OPTIONAL = ['ownerid', 'sequence', 'intent', 'traceparent', 'causationid'];

const HEADERS: JsonSchema = {
  type: 'object',
  properties: Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, schema]) => [PREFIX + name, schema])),
  required: Object.keys(ATTRIBUTES)
    .filter((name) => !OPTIONAL.includes(name))
    .map((name) => PREFIX + name),
};

/** The attributes of an event as the application properties of its message. */
export function headersOf({ data: _data, ...attributes }: EventEnvelope): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ specversion: '1.0', ...attributes }).map(([name, value]) => [PREFIX + name, value]),
  );
}

/**
 * Every topic and event as AsyncAPI 3.0 (https://www.asyncapi.com/docs/reference/specification/v3.0.0), each event with
 * the schema of its data, the attributes of CloudEvents 1.0 and the recorded sample that `sampleOf` gives.
 */
export function asyncApiDocument(sampleOf: (type: string) => EventEnvelope): EventDocument & JsonSchema {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of Ballast',
      version: '1',
      description:
        'What has happened to users, profiles, orders and capital: one topic per service, at least once, in the order of ' +
        '`sequence` per profile and topic once repeated and early messages are set aside.',
    },
    defaultContentType: 'application/json',
    servers: {
      serviceBus: {
        host: '{namespace}.servicebus.windows.net',
        protocol: 'amqps',
        protocolVersion: '1.0',
        description: 'Azure Service Bus; a consumer hears a topic through a subscription of its own.',
        variables: { namespace: { description: 'The Service Bus namespace of the installation.' } },
      },
    },
    channels: Object.fromEntries(topology.topics.map(({ name }) => [name, channelOf(name)])),
    operations: Object.fromEntries(topology.topics.map(({ name }) => [`send-${name}`, operationOf(name)])),
    components: {
      messages: Object.fromEntries(EVENTS.map((event) => [event.type, messageOf(event, sampleOf(event.type))])),
      messageTraits: {
        cloudEvent: {
          description: 'CloudEvents 1.0, AMQP binding in binary mode.',
          headers: HEADERS,
          correlationId: { location: '$message.header#/cloudEvents_correlationid' },
        },
      },
    },
  };
}

const of = (topic: string): EventDeclaration[] => EVENTS.filter((event) => event.topic === topic);

function channelOf(topic: string): EventChannel {
  return {
    address: topic,
    description: `What the service ${topic} has committed.`,
    messages: Object.fromEntries(of(topic).map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
  };
}

function operationOf(topic: string): object {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${topic}` },
    summary: `The service ${topic} publishes its events.`,
    messages: of(topic).map(({ type }) => ({ $ref: `#/channels/${topic}/messages/${type}` })),
  };
}

function messageOf({ type, meaning, data }: EventDeclaration, sample: EventEnvelope): EventMessage & JsonSchema {
  return {
    name: type,
    title: type,
    summary: meaning,
    contentType: 'application/json',
    traits: [{ $ref: '#/components/messageTraits/cloudEvent' }],
    payload: schemaOf(data),
    examples: [{ name: 'recorded', headers: headersOf(sample), payload: sample.data }],
  };
}
