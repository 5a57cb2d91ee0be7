import type { EventEnvelope } from './event.js';
import { IdField } from './fields.js';
import { PROFILE_ID_PATTERN } from './ids.js';
import { SYMBOL_PATTERN } from './order-terms.js';
import type { CapitalView } from './ledger-api.js';
import type { OrderView } from './order-api.js';
import type { PositionView } from './trade-api.js';

/** Topics whose events carry a profile's sequence, each asked from the service of the same name. */
export const SEQUENCED_TOPICS = ['orders', 'ledger'] as const;
export type SequencedTopic = (typeof SEQUENCED_TOPICS)[number];

/** Events that are replayed of one profile and topic, at most; who missed more begins anew with a snapshot. */
export const REPLAY_EVENTS_MAX = 500;

/** A sequence as text; never more than a number holds exactly. */
const SEQUENCE_PATTERN = /^(0|[1-9]\d{0,14})$/;

/** After which of its events a profile's later ones are asked for. */
export class ReplayQuery {
  @IdField(SEQUENCE_PATTERN, { description: 'The last sequence that is known, 0 for none.' })
  after!: string;
}

/** Which events a client of server-sent events wants; all of its user's where nothing is named. */
export class StreamQuery {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.', optional: true })
  profileId?: string;
  @IdField(SYMBOL_PATTERN, { description: 'The symbol in it.', optional: true })
  symbol?: string;
}

/** Where orders answers what the broker quotes; each replica of the gateway asks again and again. */
export const QUOTES_PATH = '/v1/streams/quotes';
/** Symbols whose quotes are asked for at once, at most. */
export const QUOTE_SYMBOLS_MAX = 100;
const ONE_SYMBOL = SYMBOL_PATTERN.source.slice(1, -1);
const SYMBOLS_PATTERN = new RegExp(`^${ONE_SYMBOL}(,${ONE_SYMBOL}){0,${QUOTE_SYMBOLS_MAX - 1}}$`);

/** Of which symbols the latest quotes are asked for. */
export class QuotesQuery {
  @IdField(SYMBOLS_PATTERN, { description: `Symbols with commas between them, ${QUOTE_SYMBOLS_MAX} at most.` })
  symbols!: string;
}

/** The best prices of a symbol, as decimals, and when the broker made them. */
export interface QuoteView {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
  readonly at: string;
}

/** The latest quotes, without those of symbols that the broker does not know. */
export interface QuotesView {
  readonly quotes: readonly QuoteView[];
}

/** What was committed of a profile after a sequence, as its owner tells the gateway. */
export interface StreamEvents {
  /** That of the profile's last event. */
  readonly sequence: number;
  /** In order, from the one after what is known to the last. */
  readonly events: readonly EventEnvelope[];
  /** False, and `events` empty, where they are more than `REPLAY_EVENTS_MAX`, or not there any more, or not yet. */
  readonly isComplete: boolean;
}

/** A profile's orders as they were after the event with this sequence. */
export interface OrdersSnapshot {
  readonly sequence: number;
  /** Those that have not ended. */
  readonly orders: readonly OrderView[];
  /** What is held, without market prices. */
  readonly positions: readonly PositionView[];
}

/** A profile's capital as it was after the event with this sequence. */
export interface LedgerSnapshot {
  readonly sequence: number;
  readonly capital: CapitalView;
}
