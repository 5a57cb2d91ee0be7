import { SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { RecentIds } from '../domain/recent-ids.js';
import { SequenceOrder } from '../domain/sequence-order.js';
import { Sockets } from './sockets.js';

/** Milliseconds for which events are held back while one before them is missing. */
export const GAP_MS_MAX = 1_000;
/** Events whose ids are remembered, to drop those that come again. */
const RECENT_EVENTS_MAX = 100_000;
/** Streams (profile and topic) whose order is remembered; the one that was quiet longest goes. */
const STREAMS_MAX = 50_000;

/** An event as a socket gets it. */
export interface EventMessage {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly subject: string;
  /** Absent where the event belongs to no profile. */
  readonly profileId?: string;
  /** The profile's sequence in this topic, from 1 without gaps. */
  readonly sequence?: number;
  readonly time: string;
  readonly correlationId: string;
  readonly data: unknown;
}

interface Stream {
  readonly order: SequenceOrder<EventEnvelope>;
  timer?: NodeJS.Timeout;
}

/** Sends every event once, in the sequence of its profile and topic, to the sockets that may hear it. */
@Injectable()
export class Broadcaster implements OnModuleDestroy {
  private readonly recent = new RecentIds(RECENT_EVENTS_MAX);
  private readonly streams = new Map<string, Stream>();

  constructor(private readonly sockets: Sockets) {}

  /** Takes an event as it was heard, in any order and possibly again. */
  hear(topic: string, event: EventEnvelope): void {
    if (!this.recent.isNew(event.id)) return;
    if (event.sequence === undefined) {
      this.send(topic, event);
      return;
    }
    const stream = this.streamOf(`${topic} ${event.partitionkey}`);
    this.release(topic, stream, stream.order.take(event));
  }

  onModuleDestroy(): void {
    for (const { timer } of this.streams.values()) clearTimeout(timer);
  }

  private release(topic: string, stream: Stream, events: readonly EventEnvelope[]): void {
    for (const event of events) this.send(topic, event);
    if (events.length > 0 || !stream.order.isWaiting) {
      clearTimeout(stream.timer);
      stream.timer = undefined;
    }
    if (!stream.order.isWaiting) return;
    stream.timer ??= setTimeout(() => {
      stream.timer = undefined;
      this.release(topic, stream, stream.order.giveUp());
    }, GAP_MS_MAX);
  }

  private streamOf(key: string): Stream {
    const stream = this.streams.get(key) ?? { order: new SequenceOrder<EventEnvelope>() };
    this.streams.delete(key);
    this.streams.set(key, stream);
    if (this.streams.size > STREAMS_MAX) this.forgetQuietest();
    return stream;
  }

  private forgetQuietest(): void {
    for (const [key, { order }] of this.streams) {
      if (order.isWaiting) continue;
      this.streams.delete(key);
      return;
    }
  }

  private send(topic: string, event: EventEnvelope): void {
    this.sockets.send(messageOf(topic, event), event.ownerid);
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
