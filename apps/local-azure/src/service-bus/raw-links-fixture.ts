import type { AmqpError, EventContext, Receiver } from 'rhea';
import type { RawClient } from './raw-client-fixture.js';
import { keepTransfersRaw, localAttach, rawTransfer } from './rhea-internals.js';

const SESSION_FILTER = 'com.microsoft:session-filter';
const LOCKED_UNTIL = 'com.microsoft:locked-until-utc';

/** Sends bytes as one delivery, and gives the condition it was rejected with, or undefined. For tests. */
export async function sendEncoded(
  { connection }: RawClient,
  address: string,
  bytes: Buffer,
  format: number,
): Promise<string | undefined> {
  const sender = connection.open_sender({ target: { address } });
  await new Promise((resolve) => sender.once('sendable', resolve));
  const settled = new Promise<EventContext>((resolve) => sender.once('settled', resolve));
  sender.send(bytes, undefined, format);
  const { delivery } = await settled;
  sender.close();
  return (delivery!.remote_state as { error?: AmqpError } | undefined)?.error?.condition;
}

/** What became of the wish for a session. */
export interface SessionWish {
  /** Resolves to the condition it was refused with, or undefined when the session was given. */
  readonly answered: Promise<string | undefined>;
  /** Whether it was given or refused. */
  isAnswered(): boolean;
  /** Closes the link; the session is free when it resolves. */
  close(): Promise<void>;
}

/** Asks for a session by id, or (null) for any, at the end of this turn. For tests. */
export function wishForSession({ connection }: RawClient, address: string, sessionId: string | null): SessionWish {
  const receiver: Receiver = connection.open_receiver({
    source: { address, filter: { [SESSION_FILTER]: sessionId } as never },
    credit_window: 0,
  });
  let isAnswered = false;
  const answered = new Promise<string | undefined>((resolve) => {
    receiver.once('receiver_error', () => resolve((receiver.error as AmqpError).condition));
    receiver.once('receiver_open', () => {
      if (LOCKED_UNTIL in ((receiver.properties ?? {}) as object)) resolve(undefined);
    });
  }).finally(() => (isAnswered = true));
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => receiver.once('receiver_close', resolve));
    receiver.close();
    await closed;
  };
  return { answered, isAnswered: () => isAnswered, close };
}

/** Attaches a link with credit for so many messages in one turn, and gives the bodies of those. For tests. */
export async function receiveAttaching({ connection }: RawClient, address: string, count: number): Promise<unknown[]> {
  const receiver = connection.open_receiver({ source: { address }, credit_window: 0, autoaccept: false });
  receiver.add_credit(count);
  const bodies: unknown[] = [];
  await new Promise<void>((resolve) => {
    receiver.on('message', ({ message }: EventContext) => {
      if (bodies.push(message!.body) === count) resolve();
    });
  });
  return bodies;
}

/** Has a session, accepts its first message and closes the link in the same turn. For tests. */
export async function acceptAndLeave({ connection }: RawClient, address: string, sessionId: string): Promise<void> {
  const receiver = connection.open_receiver({
    source: { address, filter: { [SESSION_FILTER]: sessionId } as never },
    credit_window: 1,
    autoaccept: false,
  });
  const closed = new Promise((resolve) => receiver.once('receiver_close', resolve));
  receiver.once('message', ({ delivery }: EventContext) => {
    delivery!.accept();
    receiver.close();
  });
  await closed;
}

/** Receives and accepts one delivery, and gives its bytes as they came. For tests. */
export async function receiveEncoded({ connection }: RawClient, address: string): Promise<Buffer> {
  const session = connection.create_session();
  session.begin();
  await new Promise((resolve) => session.once('session_open', resolve));
  keepTransfersRaw(session);
  const receiver = session.open_receiver({ source: { address }, credit_window: 0, autoaccept: true });
  await new Promise((resolve) => receiver.once('receiver_open', resolve));
  const came = new Promise<Buffer>((resolve) => {
    receiver.once('message', (context: EventContext) => resolve(Buffer.from(rawTransfer(context).bytes)));
  });
  receiver.add_credit(1);
  return came;
}

/** Attaches a link to send on whose target, and more, is as given on the wire, and tells how it is refused. For tests. */
export async function refusedToSend({ connection }: RawClient, attach: object, more: object = {}): Promise<AmqpError> {
  const sender = connection.open_sender(more as never);
  Object.assign(localAttach(sender), attach);
  await new Promise((resolve) => sender.once('sender_error', resolve));
  return sender.error as AmqpError;
}

/** Attaches a link to receive on with such a source, and tells how it is refused. For tests. */
export async function refusedToReceive({ connection }: RawClient, source: object): Promise<AmqpError> {
  const receiver = connection.open_receiver({ source } as never);
  await new Promise((resolve) => receiver.once('receiver_error', resolve));
  return receiver.error as AmqpError;
}
