import type { EventMessage, Refused, ResyncMessage, Subscribed } from '@ballast/contracts/stream-protocol';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';

/** Milliseconds until a subscription that was refused, because the world is unwell, is asked for again. */
const RETRY_MS = 250;
/** Milliseconds after which a subscription that nobody answers is asked for again. */
const ANSWER_MS_MAX = 10_000;

type Cursors = Record<string, number>;

/** Everything that one client hears of one profile, from one gateway, resuming wherever its connection was lost. */
export class Recorder {
  /** What a stream may never do. */
  readonly faults: string[] = [];
  /** For each topic the sequence of the last event that was heard or told of. */
  readonly known: Cursors = {};
  heard = 0;
  private readonly socket: Socket;
  private isOver = false;
  private isFollowing = false;

  constructor(
    gateway: string,
    token: string,
    private readonly profileId: string,
  ) {
    this.socket = connectedTo(gateway, { token, rooms: 'none' });
    this.socket.on('connect', () => this.follow());
    this.socket.on(
      'resync',
      ({ profileId: of }: ResyncMessage) => (of === undefined || of === profileId) && this.follow(),
    );
    this.socket.on('event', (event: EventMessage) => this.take(event));
  }

  close(): void {
    this.isOver = true;
    this.socket.disconnect();
  }

  private follow(): void {
    if (this.isFollowing || this.isOver) return;
    this.isFollowing = true;
    const after = 'orders' in this.known ? { after: { ...this.known } } : {};
    const room = { room: 'profile', profileId: this.profileId, ...after };
    // Told before the events that follow it, which an awaited answer might not be.
    const answered = (lost: Error | null, answer?: Subscribed | Refused): void => {
      this.isFollowing = false;
      if (lost === null && answer?.ok === true) this.begin(answer);
      else if (!this.isOver) setTimeout(() => this.follow(), RETRY_MS);
    };
    this.socket.timeout(ANSWER_MS_MAX).emit('subscribe', room, answered);
  }

  /** A snapshot may be newer than what is known, never older. */
  private begin({ snapshot, sequences = {} }: Subscribed): void {
    if (snapshot === undefined) return;
    for (const [topic, sequence] of Object.entries(sequences)) {
      if (sequence < (this.known[topic] ?? 0))
        this.faults.push(`${this.profileId}: the snapshot of ${topic} is of ${sequence}, after ${this.known[topic]}`);
      this.known[topic] = sequence;
    }
  }

  private take({ topic, sequence, profileId, id }: EventMessage): void {
    this.heard += 1;
    if (profileId !== this.profileId) this.faults.push(`${id} of ${profileId} came to ${this.profileId}`);
    // That a message was parked has no place in the profile's sequence.
    if (sequence === undefined) return;
    const before = this.known[topic] ?? 0;
    if (sequence !== before + 1)
      this.faults.push(`${this.profileId}: ${topic} ${sequence} (${id}) came after ${before}`);
    this.known[topic] = sequence;
  }
}

/** A user's own room at one gateway, where nobody else's events may ever be heard. */
export class Eavesdropper {
  readonly foreign: string[] = [];
  private readonly socket: Socket;

  constructor(gateway: string, token: string, isOwn: (profileId: string) => boolean) {
    this.socket = connectedTo(gateway, { token });
    this.socket.on('event', ({ id, profileId }: EventMessage) => {
      if (profileId !== undefined && !isOwn(profileId)) this.foreign.push(`${id} of ${profileId}`);
    });
  }

  close(): void {
    this.socket.disconnect();
  }
}

/** A connection that comes back whenever it is lost; where the gateway itself refused or ended it, Socket.IO leaves that to us. */
function connectedTo(gateway: string, auth: object): Socket {
  const socket = io(`${gateway}/trading`, { transports: ['websocket'], auth, reconnectionDelayMax: 1_000 });
  let isClosed = false;
  const again = (): void => {
    if (!socket.active && !isClosed) setTimeout(() => !isClosed && socket.connect(), RETRY_MS);
  };
  socket.on('connect_error', again);
  socket.on('disconnect', (reason) => {
    isClosed = reason === 'io client disconnect';
    again();
  });
  return socket;
}
