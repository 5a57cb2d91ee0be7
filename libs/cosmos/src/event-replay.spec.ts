import { REPLAY_EVENTS_MAX } from '@ballast/contracts/streams';
import type { ContainerStore, Query } from './container-store.js';
import { replay } from './event-replay.js';

const eventRow = (sequence: number): object => ({ id: `orders:x:${sequence}`, kind: 'event', sequence });

/** A container whose query answers with these pages, and how often it was asked. */
function containerOf(...pages: object[][]): { store: ContainerStore; asked: Query[] } {
  const asked: Query[] = [];
  const query = async (one: Query): Promise<{ items: object[]; continuation: string | undefined }> => {
    asked.push(one);
    return { items: pages[asked.length - 1] ?? [], continuation: asked.length < pages.length ? 'more' : undefined };
  };
  return { store: { query } as unknown as ContainerStore, asked };
}

const partition = ['ballast', 'prf_1'];

describe('a replay', () => {
  it('has all events after a sequence, in order, from as many pages as there are, whichever row carries them', async () => {
    const carrier = { id: 'execution:1', kind: 'execution', event: { id: 'orders:x:4', sequence: 4 } };
    const { store } = containerOf([carrier, eventRow(3)], [eventRow(5)]);
    const { events, isComplete } = await replay(store, { partition, after: 2, sequence: 5 });
    expect(events.map(({ id }) => id)).toEqual(['orders:x:3', 'orders:x:4', 'orders:x:5']);
    expect(isComplete).toBe(true);
  });

  it('has nothing where one event is gone: a stream with a hole is none', async () => {
    const { store } = containerOf([eventRow(5), eventRow(3)]);
    const { events, isComplete } = await replay(store, { partition, after: 2, sequence: 5 });
    expect({ events, isComplete }).toEqual({ events: [], isComplete: false });
  });

  it.each([
    ['nothing was missed', 7, true],
    ['more was missed than is replayed', 7 + REPLAY_EVENTS_MAX + 1, false],
    ['the future is asked for', 6, false],
  ])('asks for nothing where %s', async (_case, sequence, isComplete) => {
    const { store, asked } = containerOf([]);
    expect(await replay(store, { partition, after: 7, sequence })).toEqual({ sequence, events: [], isComplete });
    expect(asked).toEqual([]);
  });
});
