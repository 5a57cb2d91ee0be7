import type {
  DroppedMessage,
  EventMessage,
  QuoteMessage,
  Refused,
  ResyncMessage,
  Subscribed,
} from '@ballast/contracts/stream-protocol';
import { io } from 'socket.io-client';
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';

/** A Socket.IO client and all that it was told. */
export class StreamReader {
  readonly events: EventMessage[] = [];
  readonly quotes: QuoteMessage[] = [];
  readonly dropped: DroppedMessage[] = [];
  readonly resyncs: ResyncMessage[] = [];
  readonly closings: unknown[] = [];
  /** Names of the messages in their order. */
  readonly order: string[] = [];

  private constructor(readonly socket: Socket) {
    const keep = (name: string, into: unknown[]): void => {
      socket.on(name, (message: unknown) => {
        into.push(message);
        this.order.push(name);
      });
    };
    keep('event', this.events);
    keep('quote', this.quotes);
    keep('dropped', this.dropped);
    keep('resync', this.resyncs);
    keep('closing', this.closings);
  }

  /** Connects, without the user's own events unless the options say otherwise. Rejects with what `connect_error` says. */
  static connect(
    url: string,
    token: string,
    options: Partial<ManagerOptions & SocketOptions> = {},
  ): Promise<StreamReader> {
    const socket = io(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { token, rooms: 'none' },
      ...options,
    });
    const reader = new StreamReader(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(reader));
      socket.once('connect_error', (error) => reject((error as { data?: Error }).data ?? error));
    });
  }

  subscribe(room: object): Promise<Subscribed | Refused> {
    return this.say('subscribe', room);
  }

  async say<Answer>(name: string, value: unknown): Promise<Answer> {
    return (await this.socket.emitWithAck(name, value)) as Answer;
  }

  /** Sequences of the events of a topic, in the order in which they came. */
  sequences(topic = 'orders'): (number | undefined)[] {
    return this.events.filter((event) => event.topic === topic).map(({ sequence }) => sequence);
  }
}
