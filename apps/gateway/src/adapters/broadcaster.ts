import type { EventEnvelope } from '@ballast/contracts';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { EventFrame } from '../domain/frame.js';
import { RecentIds } from '../domain/recent-ids.js';
import { SequenceOrder } from '../domain/sequence-order.js';
import { StreamHub } from '../stream-hub.js';

/** Milliseconds for which events are held back while one before them is missing. */
export const GAP_MS_MAX = 1_000;
/** Events whose ids are remembered, to drop those that come again. */
const RECENT_EVENTS_MAX = 100_000;
/** Streams (profile and topic) whose order is remembered; the one that was quiet longest goes. */
const STREAMS_MAX = 50_000;

/** An event on its way, with what is not sent of it. */
interface Heard {
  readonly sequence?: number;
  readonly frame: EventFrame;
  readonly ownerId: string | undefined;
}

interface Stream {
  readonly order: SequenceOrder<Heard>;
  timer?: NodeJS.Timeout;
}

/**
 * Passes every event on once: at once to those who follow its profile, who keep its sequence themselves, and to everybody
 * else in the sequence of its profile and topic.
 */
@Injectable()
export class Broadcaster implements OnModuleDestroy {
  private readonly recent = new RecentIds(RECENT_EVENTS_MAX);
  private readonly streams = new Map<string, Stream>();

  constructor(private readonly hub: StreamHub) {}

  /** Takes an event as it was heard, in any order and possibly again. */
  hear(topic: string, event: EventEnvelope): void {
    if (!this.recent.isNew(event.id)) return;
    const { sequence, ownerid: ownerId } = event;
    const frame = new EventFrame(topic, event);
    const heard: Heard = { frame, ownerId, ...(sequence !== undefined && { sequence }) };
    this.hub.toFollowers(frame);
    if (sequence === undefined) {
      this.hub.toOthers(frame, ownerId);
      return;
    }
    const stream = this.streamOf(`${topic} ${event.partitionkey}`);
    this.release(stream, stream.order.take(heard));
  }

  onModuleDestroy(): void {
    for (const { timer } of this.streams.values()) clearTimeout(timer);
  }

  private release(stream: Stream, events: readonly Heard[]): void {
    for (const { frame, ownerId } of events) this.hub.toOthers(frame, ownerId);
    if (events.length > 0 || !stream.order.isWaiting) {
      clearTimeout(stream.timer);
      stream.timer = undefined;
    }
    if (!stream.order.isWaiting) return;
    stream.timer ??= setTimeout(() => {
      stream.timer = undefined;
      const { hasBegun } = stream.order;
      const late = stream.order.giveUp();
      const [first] = late;
      if (hasBegun && first?.frame.body.profileId !== undefined) {
        this.hub.tellGap(first.frame.body.profileId, first.ownerId);
      }
      this.release(stream, late);
    }, GAP_MS_MAX);
  }

  private streamOf(key: string): Stream {
    const stream = this.streams.get(key) ?? { order: new SequenceOrder<Heard>() };
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
}
