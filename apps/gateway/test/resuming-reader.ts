import { setTimeout as delay } from 'node:timers/promises';
import type { EventMessage, Refused, Subscribed } from '@ballast/contracts/stream-protocol';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';

/** Milliseconds before the next replica is tried. */
const RETRY_MS = 50;

/** A client that follows one profile wherever it is let in, and resumes where it was. */
export class ResumingReader {
  /** `topic:sequence` of every event that came, in the order in which they came. */
  readonly heard: string[] = [];
  /** Of profiles that it did not ask for. */
  readonly strange: string[] = [];
  connections = 0;
  /** Milliseconds from what `sentAtMs` in the data says, for each event that says it. */
  readonly latenciesMs: number[] = [];
  private readonly last = { orders: 0, ledger: 0 };
  private socket: Socket | undefined;
  private isOver = false;

  constructor(
    private readonly urls: readonly string[],
    private readonly token: string,
    private readonly profileId: string,
  ) {}

  /** Resolves when it is subscribed for the first time; from then on it stays so. */
  async start(): Promise<void> {
    for (let turn = 0; !(await this.connect(this.urls[turn % this.urls.length] ?? '')); turn += 1)
      await delay(RETRY_MS);
  }

  stop(): void {
    this.isOver = true;
    this.socket?.disconnect();
  }

  private connect(url: string): Promise<boolean> {
    const socket = io(`${url}/trading`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { token: this.token, rooms: 'none' },
    });
    this.socket = socket;
    socket.on('event', (event: EventMessage) => this.hear(event));
    return new Promise((resolve) => {
      socket.once('connect_error', () => resolve(false));
      socket.once('connect', () => {
        socket.once('disconnect', () => void this.resume());
        this.subscribe(socket).then(resolve, () => resolve(false));
      });
    });
  }

  private async resume(): Promise<void> {
    for (let turn = 1; !this.isOver && !(await this.connect(this.urls[turn % this.urls.length] ?? '')); turn += 1) {
      await delay(RETRY_MS);
    }
  }

  private async subscribe(socket: Socket): Promise<boolean> {
    const after = this.connections === 0 ? {} : { after: { ...this.last } };
    const room = { room: 'profile', profileId: this.profileId, ...after };
    const answer = (await socket.emitWithAck('subscribe', room)) as Subscribed | Refused;
    if (!answer.ok) return false;
    if (answer.resync === true) throw new Error(`${this.profileId} could not resume`);
    this.connections += 1;
    if (answer.snapshot !== undefined) Object.assign(this.last, answer.sequences);
    return true;
  }

  private hear({ profileId, topic, sequence = 0, data }: EventMessage): void {
    if (profileId !== this.profileId) this.strange.push(profileId ?? topic);
    this.heard.push(`${topic}:${sequence}`);
    this.last[topic as 'orders' | 'ledger'] = sequence;
    const { sentAtMs } = data as { sentAtMs?: number };
    if (sentAtMs !== undefined) this.latenciesMs.push(performance.timeOrigin + performance.now() - sentAtMs);
  }
}
