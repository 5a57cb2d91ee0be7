import { createHmac, randomUUID } from 'node:crypto';
import rhea from 'rhea';
import type { AmqpError, Connection, EventContext, Message, Receiver, Sender } from 'rhea';
import { acceptedOutcome } from './rhea-internals.js';

const SETTLED_BY_SENDER = 1;
const TOKEN_LIFETIME_SECONDS = 60;

/** An AMQP client below the SDK, for what the SDK never does; for tests. */
export class RawClient {
  private constructor(readonly connection: Connection) {}

  static async connect(port: number, options: object = {}): Promise<RawClient> {
    const all = { host: '127.0.0.1', port, reconnect: false, ...options };
    const connection = rhea.create_container().connect(all);
    await new Promise((resolve) => connection.once('connection_open', resolve));
    return new RawClient(connection);
  }

  /** Gives a token for an audience and the status code of the answer. */
  putToken(audience: string, key: string, lifetimeSeconds = TOKEN_LIFETIME_SECONDS): Promise<number> {
    return this.put(audience, 'servicebus.windows.net:sastoken', tokenFor(audience, key, lifetimeSeconds));
  }

  /** Gives an Entra token for an audience and the status code of the answer. */
  putJwt(audience: string, token: string): Promise<number> {
    return this.put(audience, 'jwt', token);
  }

  /** The error that a receiver link is refused with. */
  async refusal(address: string, filter?: Record<string, unknown>, properties = {}): Promise<string | undefined> {
    const receiver = this.connection.open_receiver({
      source: { address, ...(filter === undefined ? {} : { filter }) },
      properties,
    });
    await new Promise((resolve) => receiver.once('receiver_error', resolve));
    return (receiver.error as AmqpError | undefined)?.condition;
  }

  /**
   * Opens a link to receive on; `drain` gives it credit, asks for it back and tells how many messages came before; `ended`
   * resolves to the condition that the server ends it with.
   */
  async receive(address: string): Promise<{ drain(credit: number): Promise<number>; ended: Promise<string> }> {
    const receiver = this.connection.open_receiver({ source: { address }, credit_window: 0, autoaccept: false });
    await new Promise((resolve) => receiver.once('receiver_open', resolve));
    const ended = new Promise<string>((resolve) => {
      receiver.once('receiver_error', () => resolve((receiver.error as AmqpError).condition!));
    });
    let came = 0;
    receiver.on('message', () => (came += 1));
    const drain = async (credit: number): Promise<number> => {
      came = 0;
      const drained = new Promise((resolve) => receiver.once('receiver_drained', resolve));
      receiver.add_credit(credit);
      receiver.drain = true;
      await drained;
      receiver.drain = false;
      return came;
    };
    return { drain, ended };
  }

  /** Sends so many messages in one turn, and gives the condition that each was rejected with, if it was. */
  async sendAtOnce(address: string, count: number): Promise<(string | undefined)[]> {
    const sender = this.connection.open_sender({ target: { address } });
    await new Promise((resolve) => sender.once('sendable', resolve));
    const answered = conditions(sender, count);
    for (let sent = 0; sent < count; sent += 1) sender.send({ body: sent });
    return answered;
  }

  /** Accepts so many messages, and gives the condition that each acceptance was refused with, if it was. */
  async acceptAll(address: string, count: number): Promise<(string | undefined)[]> {
    const options = { source: { address }, rcv_settle_mode: SETTLED_BY_SENDER, autoaccept: false, autosettle: false };
    const receiver = this.connection.open_receiver(options as never);
    const answered = conditions(receiver, count);
    receiver.on('message', ({ delivery }: EventContext) => delivery!.update(false, acceptedOutcome() as never));
    return answered;
  }

  /** Asks a `$management` node and gives the body of its answer. */
  async request(node: string, operation: string, body: object): Promise<Record<string, unknown>> {
    return (await this.answer(node, operation, body)).body as Record<string, unknown>;
  }

  /** Asks a `$management` node and gives the status of its answer. */
  async ask(node: string, operation: string, body: object): Promise<{ status: number; description: string }> {
    const properties = (await this.answer(node, operation, body)).application_properties as Record<string, never>;
    return { status: properties['statusCode']!, description: properties['statusDescription']! };
  }

  private async answer(node: string, operation: string, body: object): Promise<Message> {
    const replyTo = randomUUID();
    const receiver = this.connection.open_receiver({ source: { address: node }, target: { address: replyTo } });
    const sender = this.connection.open_sender({ target: { address: node } });
    await new Promise((resolve) => sender.once('sendable', resolve));
    const answered = new Promise<EventContext>((resolve) => receiver.once('message', resolve));
    const request = { message_id: randomUUID(), reply_to: replyTo, application_properties: { operation }, body };
    sender.send(request as never);
    return (await answered).message!;
  }

  private async put(audience: string, type: string, token: string): Promise<number> {
    const replyTo = `cbs-${randomUUID()}`;
    const receiver = this.connection.open_receiver({ name: replyTo, source: { address: '$cbs' } });
    const sender = this.connection.open_sender({ target: { address: '$cbs' } });
    await new Promise((resolve) => sender.once('sendable', resolve));
    const answered = new Promise<EventContext>((resolve) => receiver.once('message', resolve));
    sender.send({
      message_id: randomUUID(),
      to: '$cbs',
      reply_to: replyTo,
      application_properties: { operation: 'put-token', name: audience, type },
      body: token,
    } as never);
    return ((await answered).message!.application_properties as Record<string, number>)['status-code']!;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.connection.once('connection_close', resolve));
    this.connection.close();
    await closed;
  }
}

/** The conditions that the first deliveries of a link were settled with, in their order. */
async function conditions(link: Sender | Receiver, count: number): Promise<(string | undefined)[]> {
  const found = new Map<number, string | undefined>();
  await new Promise<void>((resolve) => {
    link.on('settled', ({ delivery }: EventContext) => {
      found.set(delivery!.id, (delivery!.remote_state as { error?: AmqpError } | undefined)?.error?.condition);
      if (found.size === count) resolve();
    });
  });
  return [...found].sort(([a], [b]) => a - b).map(([, condition]) => condition);
}

/** A token for an audience, signed with the key of `RootManageSharedAccessKey`. */
export function tokenFor(audience: string, key: string, lifetimeSeconds = TOKEN_LIFETIME_SECONDS): string {
  const resource = encodeURIComponent(audience);
  const expiry = Math.floor(Date.now() / 1_000) + lifetimeSeconds;
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=RootManageSharedAccessKey`;
}
