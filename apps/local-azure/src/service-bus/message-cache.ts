import type { StoredMessage } from './message-codec.js';

/** What a message takes besides its body, about, in bytes. */
const OVERHEAD_BYTES = 600;

/** Keeps the messages stored or read last, up to a number of bytes; the oldest goes first. */
export class MessageCache {
  private readonly messages = new Map<number, StoredMessage>();
  private bytes = 0;

  constructor(private readonly bytesMax: number) {}

  get(id: number): StoredMessage | undefined {
    return this.messages.get(id);
  }

  put(id: number, message: StoredMessage): void {
    this.delete(id);
    this.messages.set(id, message);
    this.bytes += message.bare.length + OVERHEAD_BYTES;
    for (const oldest of this.messages.keys()) {
      if (this.bytes <= this.bytesMax) return;
      this.delete(oldest);
    }
  }

  delete(id: number): void {
    const message = this.messages.get(id);
    if (message === undefined) return;
    this.messages.delete(id);
    this.bytes -= message.bare.length + OVERHEAD_BYTES;
  }
}
