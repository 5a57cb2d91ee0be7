import type { Receiver, Sender } from 'rhea';
import type { ClientConnection } from './client-connection.js';

/**
 * Runs `action` once, when a link has ended: its client has detached it and can be answered (true), or the session or the
 * connection is gone (false). The result takes it back. Nothing stays behind with a session that has many links in turn.
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
  const detached = (): void => end(true);
  const gone = (): void => end(false);
  const forgetClient = client.whenClosed(gone);
  const forget = (): void => {
    link.removeListener(detachEvent, detached);
    session.removeListener('session_close', gone);
    forgetClient();
  };
  (link as Sender).on(detachEvent as 'sender_close', detached);
  session.on('session_close', gone);
  return forget;
}
