import type { Namespace, Socket } from 'socket.io';
import type { Frame } from '../domain/frame.js';
import type { Wire, WireGroup } from './wire.js';

/** Messages that wait in a socket's write buffer before it counts as slow. */
const WRITE_BUFFER_MESSAGES_MAX = 64;
/** Bytes that the operating system has not taken yet before a socket with a message waiting counts as slow. */
const WRITE_BUFFER_BYTES_MAX = 262_144;

/** What the library below Socket.IO keeps of a connection, which its types leave out. */
interface Buffers {
  readonly writeBuffer: readonly unknown[];
  readonly transport: { readonly socket?: { readonly bufferedAmount?: number } };
}

/** A client that speaks Socket.IO. */
export class SocketWire implements Wire {
  readonly group: WireGroup;

  constructor(private readonly socket: Socket) {
    this.group = groupOf(socket.nsp);
  }

  get id(): string {
    return this.socket.id;
  }

  /** A message in the write buffer means that a drain will come, and with it the next look. */
  get isCongested(): boolean {
    const { writeBuffer, transport } = this.socket.conn as unknown as Buffers;
    if (writeBuffer.length === 0) return false;
    return (
      writeBuffer.length >= WRITE_BUFFER_MESSAGES_MAX ||
      (transport.socket?.bufferedAmount ?? 0) > WRITE_BUFFER_BYTES_MAX
    );
  }

  send(frames: readonly Frame[]): void {
    for (const { name, body } of frames) this.socket.emit(name, body);
  }

  close(): void {
    this.socket.disconnect();
  }
}

const groups = new WeakMap<Namespace, WireGroup>();

/** The sockets of a namespace: Socket.IO encodes a message once for all whose ids it is given. */
function groupOf(namespace: Namespace): WireGroup {
  const known = groups.get(namespace);
  if (known !== undefined) return known;
  const group: WireGroup = {
    broadcast: ({ name, body }, wires) =>
      namespace.to((wires as readonly SocketWire[]).map(({ id }) => id)).emit(name, body),
  };
  groups.set(namespace, group);
  return group;
}
