import type { Receiver, Sender } from 'rhea';
import type { ClientConnection } from './client-connection.js';
import { tellSettlements } from './rhea-internals.js';

/**
 * Runs `action` once, when a link has ended: its client has detached it and can be answered (true), or the session or the
 * connection is gone (false). What the client settled before is told before. The result takes it back. Nothing stays behind with a session that has many links in turn.
 */
export function whenLinkEnds(
  link: Receiver | Sender,
  client: Pick<ClientConnection, 'whenClosed'>,
  action: (canAnswer: boolean) => void,
): () => void {
  const { session } = link;
  const detachEvent = link.is_receiver() ? 'receiver_close' : 'sender_close';
  const end = (canAnswer: boolean): void => {
    forget();
    action(canAnswer);
  };
  const detached = (): void => {
    tellSettlements(session);
    end(true);
  };
  const ended = (): void => {
    tellSettlements(session);
    end(false);
  };
  const forgetClient = client.whenClosed(() => end(false));
  const forget = (): void => {
    link.removeListener(detachEvent, detached);
    session.removeListener('session_close', ended);
    forgetClient();
  };
  (link as Sender).on(detachEvent as 'sender_close', detached);
  session.on('session_close', ended);
  return forget;
}
