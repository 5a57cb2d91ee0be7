import type { Frame } from '../domain/frame.js';

/** One client's connection, whatever it speaks. */
export interface Wire {
  /** Whether so much waits in its write buffer that nothing more may be written; it then flushes when there is room. */
  readonly isCongested: boolean;
  /** Wires of one group can be sent the same at once. */
  readonly group?: WireGroup;
  send(frames: readonly Frame[]): void;
  close(): void;
}

/** Sends one message over many wires, encoded once. */
export interface WireGroup {
  broadcast(frame: Frame, wires: readonly Wire[]): void;
}
