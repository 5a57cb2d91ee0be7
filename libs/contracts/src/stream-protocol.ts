import type { LedgerSnapshot, OrdersSnapshot, QuoteView, SequencedTopic } from './streams.js';

/** What clients of the gateway's streams hear and say, over Socket.IO and as server-sent events. */

/** An event as a client gets it, under the name `event`. */
export interface EventMessage {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly subject: string;
  /** Absent where the event belongs to no profile. */
  readonly profileId?: string;
  /** The profile's sequence in this topic, from 1 without gaps. */
  readonly sequence?: number;
  readonly time: string;
  readonly correlationId: string;
  readonly data: unknown;
}

/** For each topic the sequence of the last event that is known, 0 for none. */
export type StreamCursors = Readonly<Partial<Record<SequencedTopic, number>>>;

/**
 * What a client may hear: a user's events; a profile's, or those of one symbol in it; the market's quotes of a symbol. `after` asks for
 * what was missed since: of a profile it follows, of a user the answer is `resync`.
 */
export type StreamRoom =
  | { readonly room: 'user'; readonly userId?: string; readonly after?: StreamCursors }
  | { readonly room: 'profile'; readonly profileId: string; readonly after?: StreamCursors }
  | { readonly room: 'symbol'; readonly profileId: string; readonly symbol: string }
  | { readonly room: 'quotes'; readonly symbol: string };

/** A quote as a client gets it, under the name `quote`: the newest there is, not every one that was. */
export type QuoteMessage = QuoteView;

/** How a profile, or one symbol in it, was after the events with these sequences; or the market of a symbol. */
export interface StreamSnapshot {
  readonly orders?: Omit<OrdersSnapshot, 'sequence'>;
  readonly capital?: LedgerSnapshot['capital'];
  readonly quote?: QuoteMessage;
}

/** Why a request of a client was refused. */
export type StreamRefusalCode =
  | 'invalid-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'too-many-subscriptions'
  | 'too-many-messages'
  | 'service-unavailable';

/** The answer to `subscribe`. Events after `sequences` follow it, each once and in order. */
export interface Subscribed {
  readonly ok: true;
  /** Where what follows begins; absent for a user's events, which begin now, and for quotes. */
  readonly sequences?: StreamCursors;
  /** Absent for a user's events, and where what was missed is replayed instead. */
  readonly snapshot?: StreamSnapshot;
  /** What was missed cannot be replayed: begin anew from the snapshot. */
  readonly resync?: true;
}

/** The answer to a request that was refused. */
export interface Refused {
  readonly ok: false;
  readonly code: StreamRefusalCode;
  /** What is wrong with it, for people. */
  readonly detail?: string;
}

/** Events of a topic, or as `quotes` those that newer ones replaced, were not sent, as `dropped`: the client was too slow. */
export interface DroppedMessage {
  readonly topic: string;
  readonly count: number;
}

/** What the client knows of a room is not whole any more, as `resync`: a profile's or symbol's room is left; subscribe again. */
export interface ResyncMessage {
  readonly room: StreamRoom['room'] | 'all';
  readonly profileId?: string;
}

/** The connection is about to be closed, as `closing`. */
export interface ClosingMessage {
  readonly code: 'token-expired' | 'revoked' | 'too-many-messages' | 'resync';
}

/** How the streams of one replica have done since the last report, every five seconds, as `metrics` on `/admin`. */
export interface StreamMetricsMessage {
  readonly at: string;
  /** Connections now. */
  readonly clients: number;
  /** Those for which messages wait now, and how many messages. */
  readonly slowClients: number;
  readonly waiting: number;
  /** Events that were heard. */
  readonly events: number;
  /** Quotes that were heard. */
  readonly quotes: number;
  /** Messages to clients that were written, and that were dropped. */
  readonly sent: number;
  readonly dropped: number;
  /** Times a client was told to begin anew. */
  readonly resyncs: number;
}
