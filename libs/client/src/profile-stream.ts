import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { TokenSource } from './tokens.js';

/** An event of a profile, as it happened. */
export interface StreamedEvent {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly subject: string;
  readonly profileId?: string;
  /** The profile's sequence in this topic, from 1 without gaps. */
  readonly sequence?: number;
  readonly time: string;
  readonly correlationId: string;
  readonly data: unknown;
}

/** What a stream is opened with. */
export interface ProfileStreamOptions {
  /** Address of the gateway. */
  readonly baseUrl: string;
  readonly tokens: Pick<TokenSource, 'current'>;
  readonly profileId: string;
  /** How the profile stands; every event after it follows. Called again where what was missed cannot be replayed. */
  onSnapshot(snapshot: unknown): void;
  /** Each event once, in the order of its topic. */
  onEvent(event: StreamedEvent): void;
  /** The stream ended for good: the subscription was refused with this code. */
  onEnd?(code: string): void;
}

interface Subscribed {
  readonly ok: boolean;
  readonly code?: string;
  readonly sequences?: Readonly<Record<string, number>>;
  readonly snapshot?: unknown;
}

/** Refusals after which another try can succeed. */
const PASSING = ['service-unavailable', 'too-many-messages'];
const RETRY_MS = 1_000;

/** What happens in one profile: a snapshot, then every event once and in order, across lost connections. */
export class ProfileStream {
  private readonly socket: Socket;
  private readonly seen = new Map<string, number>();
  private retry: ReturnType<typeof setTimeout> | undefined;

  /** Connects at once, and again whenever the connection is lost, until `close`. */
  constructor(private readonly options: ProfileStreamOptions) {
    const { baseUrl, tokens } = options;
    this.socket = io(`${baseUrl}/trading`, {
      transports: ['websocket'],
      forceNew: true,
      auth: (answer) => void tokens.current().then((token) => answer({ token, rooms: 'none' })),
    });
    this.socket.on('connect', () => this.subscribe());
    this.socket.on('event', (event: StreamedEvent) => this.take(event));
    this.socket.on('resync', ({ profileId }: { profileId?: string }) => {
      if (profileId === options.profileId) this.subscribe();
    });
    // A server that ends the connection, because the token has ended, is asked again with the next token.
    this.socket.on('disconnect', (reason) => {
      if (reason === 'io server disconnect') this.socket.connect();
    });
  }

  /** Gives the connection up and makes another, for a program that knows that its network has changed. */
  interrupt(): void {
    this.socket.io.engine.close();
  }

  /** Ends the stream. */
  close(): void {
    clearTimeout(this.retry);
    this.socket.disconnect();
  }

  private subscribe(): void {
    const after = this.seen.size === 0 ? {} : { after: Object.fromEntries(this.seen) };
    const room = { room: 'profile', profileId: this.options.profileId, ...after };
    this.socket.emit('subscribe', room, (answer: Subscribed) => this.begin(answer));
  }

  private begin({ ok, code = '', sequences = {}, snapshot }: Subscribed): void {
    if (!ok) {
      if (PASSING.includes(code)) this.retry = setTimeout(() => this.subscribe(), RETRY_MS);
      else this.options.onEnd?.(code);
      return;
    }
    if (snapshot === undefined) return;
    for (const [topic, sequence] of Object.entries(sequences)) this.seen.set(topic, sequence);
    this.options.onSnapshot(snapshot);
  }

  private take(event: StreamedEvent): void {
    const { topic, sequence = 0, profileId } = event;
    if (profileId !== this.options.profileId || sequence <= (this.seen.get(topic) ?? 0)) return;
    this.seen.set(topic, sequence);
    this.options.onEvent(event);
  }
}
