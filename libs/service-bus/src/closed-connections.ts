import type { Connection } from 'rhea';

/** What of a connection of the AMQP library is needed and not declared. */
type Connections = Connection & {
  socket?: { readonly destroyed: boolean };
  heartbeat_in?: ReturnType<typeof setTimeout> | undefined;
  output(): void;
};

/**
 * Lets a connection that is closed, and whose socket is gone, wait for nothing more. The library (rhea 3.0.5) writes the
 * close of a connection that was given up while it was being opened after it has ended the connection's timers, and so begins
 * to wait for a sign of life of the other side: for twice the SDK's 60 s, which keeps the process for as long.
 */
export function endTimersOfClosed(connections: Connection): void {
  const all = connections as Connections;
  const output = all.output;
  all.output = function (this: Connections): void {
    output.call(this);
    if (!this.is_closed() || this.socket?.destroyed !== true) return;
    clearTimeout(this.heartbeat_in);
    this.heartbeat_in = undefined;
  };
}
