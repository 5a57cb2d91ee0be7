import { Failure } from '@ballast/contracts';
import { SEQUENCED_TOPICS } from '@ballast/contracts/streams';
import type {
  LedgerSnapshot,
  OrdersSnapshot,
  QuoteView,
  QuotesView,
  SequencedTopic,
  StreamEvents,
} from '@ballast/contracts/streams';
import type { StreamCursors } from '@ballast/contracts/stream-protocol';
import { Injectable } from '@nestjs/common';
import { Owners, jsonOf } from './owners.js';

/** What both owners say of a profile now, each as of a sequence of its own. */
export interface ProfileSnapshot {
  readonly orders: OrdersSnapshot;
  readonly ledger: LedgerSnapshot;
}

/** What was committed of a profile after the cursors, by topic. */
export type ProfileEvents = Readonly<Record<SequencedTopic, StreamEvents>>;

/** Asks the owners of the streams, with the token of the client for whom it is; `undefined` for what is not theirs. */
@Injectable()
export class OwnerStreams {
  constructor(private readonly owners: Owners) {}

  /** Throws `Failure` while an owner is away. */
  async snapshot(profileId: string, token: string): Promise<ProfileSnapshot | undefined> {
    const [orders, ledger] = await Promise.all([
      this.read<OrdersSnapshot>('orders', `${profileId}/snapshot`, token),
      this.read<LedgerSnapshot>('ledger', `${profileId}/snapshot`, token),
    ]);
    return orders && ledger && { orders, ledger };
  }

  /** What came after the cursors, in all topics. Throws `Failure` while an owner is away. */
  async since(profileId: string, after: StreamCursors, token: string): Promise<ProfileEvents | undefined> {
    const [orders, ledger] = await Promise.all(
      SEQUENCED_TOPICS.map((topic) => this.events(topic, { profileId, after: after[topic] ?? 0, token })),
    );
    return orders && ledger && { orders, ledger };
  }

  /** What came after a sequence in one topic. Throws `Failure` while its owner is away. */
  events(
    topic: SequencedTopic,
    { profileId, after, token }: { profileId: string; after: number; token: string },
  ): Promise<StreamEvents | undefined> {
    return this.read<StreamEvents>(topic, `${profileId}/events?after=${after}`, token);
  }

  /**
   * The latest quotes of these symbols, `QUOTE_SYMBOLS_MAX` at most, without those that the broker does not know;
   * `undefined` where the token opens nothing any more. Throws `Failure` while orders or the broker is away.
   */
  async quotes(symbols: readonly string[], token: string): Promise<readonly QuoteView[] | undefined> {
    const below = `quotes?symbols=${encodeURIComponent(symbols.join())}`;
    return (await this.read<QuotesView>('orders', below, token))?.quotes;
  }

  private async read<Answer>(owner: SequencedTopic, below: string, token: string): Promise<Answer | undefined> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await this.owners.ask(owner, { method: 'GET', path: `/v1/streams/${below}`, headers });
    if (answer.status === 200) return jsonOf<Answer>(answer);
    if (answer.status === 404 || answer.status === 401 || answer.status === 403) return undefined;
    throw new Failure('owner-unavailable', `${owner} answered ${answer.status}`);
  }
}
