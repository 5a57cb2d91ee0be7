import { newProfileId } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { OwnerStreams } from './adapters/owner-streams.js';
import { EventFrame } from './domain/frame.js';
import { MISSING_MS_MAX, ProfileSubscriptions } from './profile-subscriptions.js';
import { someEvent } from '../test/events.js';

const profileId = newProfileId(1);
/** Turns of the microtask queue after an owner's answer, within which its way to the client is certainly over. */
const TURNS = 12;
const eventAt = (sequence: number): EventEnvelope => someEvent({ partitionkey: profileId, sequence });
const eventsFrom = (first: number, last: number): EventEnvelope[] =>
  Array.from({ length: last - first + 1 }, (_, index) => eventAt(first + index));

/** One client of a profile whose owner answers when a test lets it. */
class Following {
  /** What the client was told, in order: `answered`, or the sequence of an event. */
  readonly told: (string | number)[] = [];
  private answerOwner: (answer: unknown) => void = () => undefined;
  private readonly ask = (): Promise<unknown> => new Promise((resolve) => (this.answerOwner = resolve));
  private readonly subscriptions = new ProfileSubscriptions({
    owners: { since: this.ask, snapshot: this.ask, events: this.ask } as unknown as OwnerStreams,
    token: () => '',
    send: (frames) => this.tell(frames),
    tellResync: () => this.told.push('resync'),
    follows: () => undefined,
    forget: () => undefined,
    onBug: (error) => {
      throw error;
    },
  });

  begin(after?: number): Promise<void> {
    const room = { room: 'profile' as const, profileId, ...(after !== undefined && { after: { orders: after } }) };
    return this.subscriptions.begin(room, () => this.told.push('answered'));
  }

  hear(sequence: number): void {
    this.tell(this.subscriptions.take(new EventFrame('orders', eventAt(sequence))));
  }

  /** The owner answers, and so many turns later the next events are heard. */
  async answer(answer: unknown, turns: number, ...heard: number[]): Promise<void> {
    this.answerOwner(answer);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    for (const sequence of heard) this.hear(sequence);
    for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
  }

  close(): void {
    this.subscriptions.close();
  }

  private tell(frames: readonly EventFrame[]): void {
    this.told.push(...frames.map(({ body }) => body.sequence ?? Number.NaN));
  }
}

describe('events that are heard just when an owner has answered', () => {
  let following: Following;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
    following = new Following();
  });
  afterEach(() => {
    following.close();
    jest.useRealTimers();
  });
  const everyTurn = Array.from({ length: TURNS }, (_, turn) => turn);

  it.each(everyTurn)('come after those that the client had missed (%i turns later)', async (turns) => {
    const begun = following.begin(7);
    const ledger = { sequence: 0, events: [], isComplete: true };
    const orders = { sequence: 11, events: eventsFrom(8, 11), isComplete: true };
    await following.answer({ orders, ledger }, turns, 12, 13);
    await begun;
    expect(following.told).toEqual(['answered', 8, 9, 10, 11, 12, 13]);
  });

  it.each(everyTurn)('come after the snapshot (%i turns later)', async (turns) => {
    const begun = following.begin();
    following.hear(8);
    const orders = { sequence: 7, orders: [], positions: [] };
    await following.answer({ orders, ledger: { sequence: 0, capital: {} } }, turns, 9);
    await begun;
    expect(following.told).toEqual(['answered', 8, 9]);
  });

  it.each(everyTurn)('come after one that was missing and was asked for (%i turns later)', async (turns) => {
    const begun = following.begin();
    const orders = { sequence: 7, orders: [], positions: [] };
    await following.answer({ orders, ledger: { sequence: 0, capital: {} } }, TURNS, 9);
    await begun;
    await jest.advanceTimersByTimeAsync(MISSING_MS_MAX);
    expect(following.told).toEqual(['answered']);
    await following.answer({ sequence: 9, events: eventsFrom(8, 9), isComplete: true }, turns, 10, 11);
    expect(following.told).toEqual(['answered', 8, 9, 10, 11]);
  });
});
