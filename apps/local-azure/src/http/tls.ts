import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';

/** What a server proves who it is with, in PEM. */
export interface TlsCredentials {
  readonly key: string | Buffer;
  /** With those between it and the one that clients trust, if there are any. */
  readonly cert: string | Buffer;
}

/** What sockets are encrypted with; throws when the key and the certificate are not valid or not for each other. */
export function secureContextOf({ key, cert }: TlsCredentials): SecureContext {
  return createSecureContext({ key, cert, minVersion: 'TLSv1.2' });
}

/** The encrypted side of a connection that was accepted. It ends, without a word, where the other side does not begin to encrypt. */
export function encrypted(socket: Socket, secureContext: SecureContext): Socket {
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  socket.on('error', () => secure.destroy());
  secure.on('error', () => socket.destroy());
  return secure;
}
