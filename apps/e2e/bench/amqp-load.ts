import rhea, { type EventContext, type Receiver, type Sender } from 'rhea';
import { RawClient } from '../../local-azure/src/service-bus/raw-client-fixture.js';
import type { Stretch } from './measure.js';

const BODY = Buffer.alloc(400, 'x');
const PLAIN_FORMAT = 0;
const BATCH_FORMAT = 0x80013700;
/** Messages of one transfer, where several are sent in one. */
const BATCH = 100;
const BATCHES_IN_FLIGHT = 8;
const TOKEN_SECONDS = 24 * 3_600;

/** A key, and the entities that it is to be used for. */
export interface Access {
  readonly key: string;
  readonly entities: readonly string[];
}

/** One queue of a server, sent to and received from on a link each by a client below the SDK. */
export class AmqpLoad {
  private sent = 0;

  private constructor(
    private readonly client: RawClient,
    private readonly sender: Sender,
    private readonly receiver: Receiver,
  ) {}

  /** Connects; with a key it proves that it may do everything with these entities. */
  static async connect(port: number, address: string, access?: Access): Promise<AmqpLoad> {
    const client = await RawClient.connect(port, { tcp_no_delay: true });
    for (const entity of access?.entities ?? []) {
      await client.putToken(`sb://127.0.0.1:${port}/${entity}`, access!.key, TOKEN_SECONDS);
    }
    const sender = client.connection.open_sender({ target: { address } });
    const receiver = client.connection.open_receiver({ source: address, credit_window: 0, autoaccept: true });
    await new Promise((resolve) => receiver.once('receiver_open', resolve));
    return new AmqpLoad(client, sender, receiver);
  }

  /** Sends for so long, so many in flight, and waits until all of it was accepted. */
  async sendFor(ms: number, inFlightMax: number): Promise<Stretch> {
    const until = performance.now() + ms;
    return this.sendWhile(
      () => performance.now() < until,
      inFlightMax,
      () => this.message(),
    );
  }

  /** Sends so many messages, so many in flight, and waits until all of them were accepted. */
  async send(count: number, inFlightMax: number): Promise<void> {
    let left = count;
    await this.sendWhile(
      () => left-- > 0,
      inFlightMax,
      () => this.message(),
    );
  }

  /** Sends so many messages, a hundred of them in one transfer. */
  async sendInBatches(count: number): Promise<void> {
    let left = count / BATCH;
    const batch = (): Transfer => {
      const messages = Array.from({ length: BATCH }, () => this.message().bytes);
      return { bytes: encoded({ body: rhea.message.data_sections(messages) }), format: BATCH_FORMAT };
    };
    await this.sendWhile(() => left-- > 0, BATCHES_IN_FLIGHT, batch);
  }

  /** Receives and accepts so many messages, for which the server gets credit at once; `heard` sees each. */
  async receive(count: number, heard?: (context: EventContext) => void): Promise<Stretch> {
    const start = performance.now();
    const { receiver } = this;
    let left = count;
    await new Promise<void>((resolve, reject) => {
      receiver.on('message', (context: EventContext) => {
        heard?.(context);
        left -= 1;
        if (left === 0) resolve();
      });
      receiver.on('receiver_error', () => reject(new Error(String(receiver.error))));
      receiver.add_credit(count);
    });
    receiver.removeAllListeners();
    return stretchOf(count, start);
  }

  /** Opens a link that waits for messages, in a session of its own. */
  async wait(address: string): Promise<void> {
    const session = this.client.connection.create_session();
    session.open();
    const receiver = session.open_receiver({ source: address, credit_window: 10 });
    await new Promise((resolve) => receiver.once('receiver_open', resolve));
  }

  /** RabbitMQ ends its sessions with an error while it closes a connection. */
  close(): Promise<void> {
    this.client.connection.on('session_error', () => undefined);
    return this.client.close();
  }

  private message(): Transfer {
    const message = { message_id: String(this.sent++), durable: true, body: rhea.message.data_section(BODY) };
    return { bytes: encoded(message), format: PLAIN_FORMAT };
  }

  private async sendWhile(more: () => boolean, inFlightMax: number, next: () => Transfer): Promise<Stretch> {
    const start = performance.now();
    const { sender } = this;
    let ended = false;
    let inFlight = 0;
    let accepted = 0;
    await new Promise<void>((resolve, reject) => {
      const fill = (): void => {
        while (!ended && inFlight < inFlightMax && sender.sendable()) {
          ended = !more();
          if (ended) break;
          const { bytes, format } = next();
          sender.send(bytes, undefined, format);
          inFlight += 1;
        }
        if (ended && inFlight === 0) resolve();
      };
      sender.on('sendable', fill);
      sender.on('accepted', () => {
        inFlight -= 1;
        accepted += 1;
        fill();
      });
      for (const refused of ['rejected', 'released', 'sender_error']) {
        sender.on(refused, () => reject(new Error(`${refused}: ${String(sender.error)}`)));
      }
      fill();
    });
    sender.removeAllListeners();
    return stretchOf(accepted, start);
  }
}

interface Transfer {
  readonly bytes: Buffer;
  readonly format: number;
}

function encoded(message: object): Buffer {
  return rhea.message.encode(message as never) as unknown as Buffer;
}

function stretchOf(calls: number, start: number): Stretch {
  return { calls, perSecond: (calls * 1_000) / (performance.now() - start) };
}
