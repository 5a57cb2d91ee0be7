import type { Topic } from './entities.js';
import { sessionIdOf, type BrowsedMessage, type SentMessage } from './message-codec.js';
import { ServiceBusError } from './service-bus-error.js';
import { SessionEntity } from './session-entity.js';

/** Why a message that names no session leaves a subscription that has them. */
export const WITHOUT_SESSION = {
  DeadLetterReason: 'Session ID is null.',
  DeadLetterErrorDescription: 'An entity with sessions does not take a message whose session id is null.',
};
/** Messages looked at in one turn for those of one session. */
const BROWSE_PAGE = 250;

/** Throws not-allowed for messages without a session that are sent to a queue with sessions. */
export function refuseSessionless({ name, subscriptions }: Topic, messages: readonly SentMessage[]): void {
  const isQueue = subscriptions.some(({ queue }) => queue instanceof SessionEntity && queue.name === name);
  if (!isQueue || messages.every((sent) => typeof sent.system('sessionid') === 'string')) return;
  throw new ServiceBusError('amqp:not-allowed', `'${name}' has sessions; a message sent to it must have a session id.`);
}

/** The scheduled messages of one session, picked from what `read` gives of its whole entity. */
export function browseSession(
  sessionId: string,
  read: (fromSequence: number, countMax: number) => readonly BrowsedMessage[],
  { fromSequence, countMax }: { readonly fromSequence: number; readonly countMax: number },
): BrowsedMessage[] {
  const found: BrowsedMessage[] = [];
  for (let from = fromSequence; found.length < countMax;) {
    const messages = read(from, BROWSE_PAGE);
    found.push(...messages.filter(({ bytes }) => sessionIdOf(bytes) === sessionId));
    if (messages.length < BROWSE_PAGE) break;
    from = messages.at(-1)!.sequence + 1;
  }
  return found.slice(0, countMax);
}
