import type { EventEnvelope } from '@ballast/contracts';
import { REPLAY_EVENTS_MAX } from '@ballast/contracts/streams';
import type { QuoteView, SequencedTopic } from '@ballast/contracts/streams';
import { decodeJwt } from 'jose';
import { someEvent } from './events.js';
import type { FakeAnswer, FakeOwner, SeenRequest } from './fake-owner.js';

interface Profile {
  readonly ownerId: string;
  readonly events: Record<SequencedTopic, EventEnvelope[]>;
}

/** Orders and the ledger as far as streams go: profiles with committed events, shown to those whose they are. */
export class StreamOwners {
  /** Waited for by every answer, so that a test can hold them back. */
  before: Promise<void> = Promise.resolve();
  /** What orders says of the market, by symbol. */
  readonly quotes = new Map<string, QuoteView>();
  private readonly profiles = new Map<string, Profile>();
  /** Sequences of events that the owners have not any more. */
  private readonly gone = new Set<string>();

  constructor(owners: Readonly<Record<SequencedTopic, FakeOwner>>) {
    for (const topic of ['orders', 'ledger'] as const) {
      owners[topic].otherwise = (request) => this.answer(topic, request);
    }
  }

  open(profileId: string, ownerId: string): void {
    this.profiles.set(profileId, { ownerId, events: { orders: [], ledger: [] } });
  }

  /** Commits the profile's next event of a topic; it is published by the test, or never. */
  commit(profileId: string, topic: SequencedTopic, given: Partial<EventEnvelope> = {}): EventEnvelope {
    const profile = this.profiles.get(profileId);
    if (profile === undefined) throw new Error(`no profile ${profileId}`);
    const sequence = profile.events[topic].length + 1;
    const event = someEvent({
      id: `${topic}:${profileId}:${sequence}`,
      source: `/${topic}`,
      partitionkey: profileId,
      ownerid: profile.ownerId,
      sequence,
      ...given,
    });
    profile.events[topic].push(event);
    return event;
  }

  /** The owner has lost this event, as after 30 days. */
  lose({ id }: EventEnvelope): void {
    this.gone.add(id);
  }

  private async answer(topic: SequencedTopic, { path, headers }: SeenRequest): Promise<FakeAnswer> {
    await this.before;
    const [, symbols] = /^\/v1\/streams\/quotes\?symbols=(.*)$/.exec(path) ?? [];
    if (symbols !== undefined) {
      const quotes = decodeURIComponent(symbols).split(',');
      return { body: { quotes: quotes.flatMap((symbol) => this.quotes.get(symbol) ?? []) } };
    }
    const [, profileId = '', what, after] =
      /^\/v1\/streams\/(\w+)\/(snapshot|events)(?:\?after=(\d+))?$/.exec(path) ?? [];
    const { sub, role } = decodeJwt((headers.authorization ?? '').replace('Bearer ', ''));
    const profile = this.profiles.get(profileId);
    if (profile === undefined || (profile.ownerId !== sub && role !== 'operator' && role !== 'admin'))
      return { status: 404, body: {} };
    const events = profile.events[topic];
    const sequence = events.length;
    if (what === 'snapshot') return { body: { sequence, ...SNAPSHOTS[topic] } };
    const missed = events.slice(Number(after));
    const isComplete =
      Number(after) <= sequence && missed.length <= REPLAY_EVENTS_MAX && !missed.some(({ id }) => this.gone.has(id));
    return { body: { sequence, events: isComplete ? missed : [], isComplete } };
  }
}

/** What every profile has in the tests. */
export const SNAPSHOTS = {
  orders: {
    orders: [
      { orderId: 'ord_live_aapl', symbol: 'AAPL', state: 'open' },
      { orderId: 'ord_live_msft', symbol: 'MSFT', state: 'open' },
    ],
    positions: [{ symbol: 'AAPL', quantity: '4' }],
  },
  ledger: { capital: { available: '100.00' } },
};
