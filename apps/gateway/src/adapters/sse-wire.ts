import type { ServerResponse } from 'node:http';
import { SEQUENCED_TOPICS } from '@ballast/contracts/streams';
import type { StreamCursors, StreamRoom, Subscribed } from '@ballast/contracts/stream-protocol';
import { EventFrame } from '../domain/frame.js';
import type { Frame } from '../domain/frame.js';
import type { Wire } from './wire.js';

/** Bytes that wait for a client before it counts as slow. */
const WRITE_BUFFER_BYTES_MAX = 262_144;
/** Milliseconds between two comments that keep the connection from being taken for dead. */
const BEAT_INTERVAL_MS = 15_000;
const ID_PATTERN = /^orders=(\d{1,15}),ledger=(\d{1,15})$/;

/** The sequences that a `Last-Event-ID` names; `undefined` for what is no id of ours. */
export function cursorsIn(lastEventId: unknown): StreamCursors | undefined {
  const [, orders, ledger] = (typeof lastEventId === 'string' && ID_PATTERN.exec(lastEventId)) || [];
  return orders === undefined ? undefined : { orders: Number(orders), ledger: Number(ledger) };
}

/**
 * A client that hears server-sent events. The id of an event names the sequences that are known after it, so that a
 * reconnection resumes there. One that has lost the way in a profile is disconnected: it has no other way to begin anew.
 */
export class SseWire implements Wire {
  private cursors: Record<string, number> | undefined;
  private beat: NodeJS.Timeout | undefined;

  /** `raw` is written to from `begin` on. */
  constructor(
    private readonly raw: ServerResponse,
    private readonly room: StreamRoom['room'],
  ) {}

  get isCongested(): boolean {
    return this.raw.writableLength > WRITE_BUFFER_BYTES_MAX;
  }

  /** Sends the head and where the stream begins. */
  begin(headers: Record<string, unknown>, { sequences, snapshot, resync }: Subscribed): void {
    const own = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      // Nothing is asked after it on the same connection, which would keep a gateway that stops waiting.
      connection: 'close',
    };
    this.raw.writeHead(200, { ...headers, ...own } as Record<string, string>);
    if (this.room === 'profile' && sequences !== undefined) this.cursors = { ...sequences };
    const began = { ...(sequences && { sequences }), ...(snapshot && { snapshot }), ...(resync && { resync }) };
    this.raw.write(this.eventText('subscribed', JSON.stringify(began)));
    this.beat = setInterval(() => {
      if (!this.isCongested) this.raw.write(':\n\n');
    }, BEAT_INTERVAL_MS);
    this.raw.once('close', () => clearInterval(this.beat));
  }

  send(frames: readonly Frame[]): void {
    this.raw.write(frames.map((frame) => this.textOf(frame)).join(''));
    if (this.room !== 'user' && frames.some(({ name }) => name === 'resync')) this.close();
  }

  close(): void {
    this.raw.end();
  }

  private textOf(frame: Frame): string {
    const { topic } = frame;
    const sequence = frame instanceof EventFrame ? frame.body.sequence : undefined;
    if (this.cursors !== undefined && sequence !== undefined) this.cursors[topic] = sequence;
    return this.eventText(frame.name, frame.text);
  }

  private eventText(name: string, data: string): string {
    const { cursors } = this;
    const id =
      cursors === undefined ? '' : `id: ${SEQUENCED_TOPICS.map((topic) => `${topic}=${cursors[topic] ?? 0}`).join()}\n`;
    return `${id}event: ${name}\ndata: ${data}\n\n`;
  }
}
