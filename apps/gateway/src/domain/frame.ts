import { SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { EventMessage, QuoteMessage } from '@ballast/contracts/stream-protocol';

/** Something that is sent to clients under a name: made once, encoded at most once, the same for all. */
export class Frame {
  #text: string | undefined;

  constructor(
    readonly name: string,
    readonly body: object,
    /** What it is counted under where it is dropped. */
    readonly topic: string,
    /** Of what it says the latest: while it waits, a newer one with the same key takes its place. */
    readonly key?: string,
  ) {}

  /** Its body as JSON. */
  get text(): string {
    return (this.#text ??= JSON.stringify(this.body));
  }

  /** Bytes of its body, near enough to bound a queue. */
  get bytes(): number {
    return this.text.length;
  }
}

/** The newest quote of a symbol on its way to clients. */
export class QuoteFrame extends Frame {
  declare readonly body: QuoteMessage;

  constructor(quote: QuoteMessage) {
    super('quote', quote, 'quotes', `quote:${quote.symbol}`);
  }
}

/** An event on its way to clients. */
export class EventFrame extends Frame {
  declare readonly body: EventMessage;

  constructor(topic: string, event: EventEnvelope) {
    super('event', messageOf(topic, event), topic);
  }
}

function messageOf(topic: string, event: EventEnvelope): EventMessage {
  const { id, type, subject, partitionkey, sequence, time, correlationid, data } = event;
  return {
    id,
    type,
    topic,
    subject,
    ...(partitionkey !== SYSTEM_PARTITION && { profileId: partitionkey }),
    ...(sequence !== undefined && { sequence }),
    time,
    correlationId: correlationid,
    data,
  };
}
