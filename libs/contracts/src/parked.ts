import { declareEvent } from './event.js';
import type { EventDeclaration } from './event.js';
import { CountField, InstantField, ListField, TextField } from './fields.js';
import { ApiProperty } from '@nestjs/swagger';

/** Characters of an aggregate's id, of a topic and of a subscription. */
const NAME_CHARS_MAX = 128;
const DESCRIPTION_CHARS_MAX = 1_024;

/** Which message of which subscription. */
export class HeardMessage {
  @TextField({ description: 'What the message is about.', lengthMax: NAME_CHARS_MAX })
  subject!: string;
  @TextField({ description: 'Id of the message, which is the event’s.', lengthMax: 200 })
  messageId!: string;
  @TextField({ description: 'The topic.', lengthMax: NAME_CHARS_MAX })
  topic!: string;
  @TextField({ description: 'The subscription.', lengthMax: NAME_CHARS_MAX })
  subscription!: string;
}

export class MessageParkedV1 extends HeardMessage {
  @TextField({ description: 'Name of the error.', lengthMax: 100 })
  reason!: string;
  @TextField({ description: 'Where it was thrown or what cannot be read.', lengthMax: DESCRIPTION_CHARS_MAX })
  description!: string;
}

export class MessageRedrivenV1 extends HeardMessage {
  @TextField({ description: 'The user who asked for it.', lengthMax: 64 })
  actor!: string;
}

export class MessageDroppedV1 extends HeardMessage {
  @TextField({ description: 'The user who asked for it.', lengthMax: 64 })
  actor!: string;
  @TextField({ description: 'Why.', lengthMax: 200 })
  reason!: string;
}

/** What a consumer publishes of its parked list. */
export interface ParkedListEvents {
  readonly parked: EventDeclaration<MessageParkedV1>;
  readonly redriven: EventDeclaration<MessageRedrivenV1>;
  readonly dropped: EventDeclaration<MessageDroppedV1>;
}

function parkedListEvents(topic: string): ParkedListEvents {
  return {
    parked: declareEvent(
      topic,
      `${topic}.message-parked.v1`,
      MessageParkedV1,
      `A message that ${topic} could not handle was parked.`,
    ),
    redriven: declareEvent(
      topic,
      `${topic}.message-redriven.v1`,
      MessageRedrivenV1,
      `A parked message was handled by ${topic} after all.`,
    ),
    dropped: declareEvent(
      topic,
      `${topic}.message-dropped.v1`,
      MessageDroppedV1,
      `A parked message was given up by a person; ${topic} never handled it.`,
    ),
  };
}

/** By the consumer; audit publishes nothing. */
export const PARKED_LIST_EVENTS = { orders: parkedListEvents('orders'), ledger: parkedListEvents('ledger') } as const;

/** An aggregate whose messages are parked. */
export class ParkedAggregateView {
  @TextField({ description: 'What the messages are about, for example an order’s id.', lengthMax: NAME_CHARS_MAX })
  subject!: string;
  @TextField({ description: 'The profile, or `_system`.', lengthMax: NAME_CHARS_MAX })
  partitionkey!: string;
  @CountField({ description: 'Parked messages of it.', min: 1, max: 10_000 })
  messages!: number;
  @InstantField({ description: 'Since when the first of them is parked.' })
  since!: string;
  @TextField({ description: 'Name of the error that the first one met last.', lengthMax: 100 })
  reason!: string;
  @TextField({ description: 'Where it was thrown or what cannot be read.', lengthMax: DESCRIPTION_CHARS_MAX })
  description!: string;
}

export class ParkedAggregateList {
  @ListField(() => ParkedAggregateView, { description: 'The longest parked first.', itemsMax: 10_000 })
  items!: ParkedAggregateView[];
}

/** One parked message. */
export class ParkedMessageView extends HeardMessage {
  @InstantField({ description: 'When it was parked.' })
  parkedAt!: string;
  @ApiProperty({ description: 'Its application properties, the CloudEvent’s attributes among them.', type: Object })
  properties!: object;
  @ApiProperty({ description: 'Its body: `json`, or `base64` where it is none.', type: Object })
  body!: object;
}

export class ParkedMessageList {
  @ListField(() => ParkedMessageView, { description: 'In the order in which they will be handled.', itemsMax: 10_000 })
  items!: ParkedMessageView[];
}

/** How a redrive ended. */
export class RedriveView {
  @CountField({ description: 'Messages handled now.', min: 0, max: 10_000 })
  redriven!: number;
  @CountField({
    description: 'Messages still parked, or still dead letters among those looked at.',
    min: 0,
    max: 10_000,
  })
  left!: number;
  @TextField({ description: 'Why it stopped before the end, where it did.', lengthMax: 1_200, optional: true })
  stopped?: string;
}

export class DropParkedRequest {
  @TextField({ description: 'Which message.', lengthMax: 200, example: 'orders:ord_1:2' })
  messageId!: string;
  @TextField({ description: 'Why; audited.', lengthMax: 200, example: 'sent twice by the old release' })
  reason!: string;
}

/** A message in a dead-letter queue of the broker. */
export class DeadLetterView {
  @TextField({ description: 'The topic.', lengthMax: NAME_CHARS_MAX })
  topic!: string;
  @TextField({ description: 'The subscription.', lengthMax: NAME_CHARS_MAX })
  subscription!: string;
  @TextField({ description: 'The broker’s number of it.', lengthMax: 20 })
  sequenceNumber!: string;
  @TextField({ description: 'Id of the message.', lengthMax: 200 })
  messageId!: string;
  @TextField({ description: 'What it is about, where it says so.', lengthMax: NAME_CHARS_MAX, optional: true })
  subject?: string;
  @TextField({ description: 'Why it is there.', lengthMax: 4_096 })
  reason!: string;
  @TextField({ description: 'More of why.', lengthMax: 4_096, lengthMin: 0 })
  description!: string;
  @InstantField({ description: 'When it was sent.', optional: true })
  enqueuedAt?: string;
}

export class DeadLetterList {
  @ListField(() => DeadLetterView, {
    description: 'By subscription, the oldest first; at most 100 of each.',
    itemsMax: 10_000,
  })
  items!: DeadLetterView[];
}

export class DropDeadLetterRequest {
  @TextField({ description: 'The topic.', lengthMax: NAME_CHARS_MAX, example: 'orders' })
  topic!: string;
  @TextField({ description: 'The broker’s number of the message.', lengthMax: 20, pattern: /^\d+$/, example: '17' })
  sequenceNumber!: string;
  @TextField({ description: 'Why; written to the log.', lengthMax: 200, example: 'not one of our messages' })
  reason!: string;
}
