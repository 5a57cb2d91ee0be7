import rhea from 'rhea';
import type { Message, Receiver, Sender } from 'rhea';
import type { ClientConnection } from './client-connection.js';
import { whenLinkEnds } from './link-end.js';
import { localAttach, rawTransfer, remoteAddress } from './rhea-internals.js';

/** A request as `$cbs` and `$management` get it. */
export interface AmqpRequest {
  readonly operation: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The application properties and the body of an answer. */
export interface AmqpAnswer {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const REQUEST_CREDIT = 100;
/** The largest request to what takes messages of the usual size. */
export const REQUEST_BYTES_MAX = 1_048_576;

/** Opens the link that requests come in on; each gets one answer on the link its `reply-to` names. */
export function openRequestLink(
  receiver: Receiver,
  client: ClientConnection,
  answer: (request: AmqpRequest) => Promise<AmqpAnswer>,
  bytesMax = REQUEST_BYTES_MAX,
): void {
  const address = remoteAddress(receiver, 'target');
  receiver.set_target({ address: address ?? '' });
  localAttach(receiver)['max_message_size'] = bytesMax;
  receiver.add_credit(REQUEST_CREDIT);
  receiver.on('message', (context) => {
    receiver.add_credit(1);
    const { bytes } = rawTransfer(context);
    if (bytes.length > bytesMax) {
      receiver.close({ condition: 'amqp:link:message-size-exceeded', description: 'The request is too large.' });
      return;
    }
    const message = decoded(bytes);
    if (message === undefined) {
      context.delivery!.reject({ condition: 'amqp:decode-error', description: 'The request cannot be read.' });
      return;
    }
    context.delivery!.accept();
    void respond(client, message, answer);
  });
}

/** Opens a link that answers go out on, found later by its name or by its target address. */
export function openReplyLink(sender: Sender, client: ClientConnection): void {
  const target = remoteAddress(sender, 'target');
  sender.set_source({ address: remoteAddress(sender, 'source') ?? '' });
  if (target !== undefined) sender.set_target({ address: target });
  client.addReplyLink(target === undefined ? [sender.name] : [sender.name, target], sender);
  whenLinkEnds(sender, client, () => client.removeReplyLink(sender));
}

async function respond(
  client: ClientConnection,
  message: Message,
  answer: (request: AmqpRequest) => Promise<AmqpAnswer>,
): Promise<void> {
  const properties = message.application_properties ?? {};
  const { properties: answerProperties, body } = await answer({
    operation: String(properties['operation'] ?? ''),
    properties,
    body: message.body as unknown,
  });
  const reply = {
    ...(message.message_id === undefined ? {} : { correlation_id: message.message_id }),
    application_properties: answerProperties,
    body: body ?? null,
  };
  client.replyLink(String(message.reply_to ?? ''))?.send(reply as unknown as Message);
}

function decoded(bytes: Buffer): Message | undefined {
  try {
    return rhea.message.decode(bytes) as unknown as Message;
  } catch {
    return undefined;
  }
}
