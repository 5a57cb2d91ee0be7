import type { VenueStream } from './venue.js';

/** Several streams as one: connected when all of them are. */
export class MergedStream implements VenueStream {
  constructor(private readonly streams: readonly VenueStream[]) {}

  get connected(): boolean {
    return this.streams.every(({ connected }) => connected);
  }

  async close(): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.close()));
  }
}
