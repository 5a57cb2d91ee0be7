import type { Connection } from 'rhea';

/** An end of a connection's link, as far as the AMQP library keeps it and does not declare it. */
interface Link {
  readonly remote: { detach?: { readonly error: AmqpError } };
  readonly state: { readonly local_open: boolean; readonly remote_open: boolean; remote_closed(): void };
  readonly local: { readonly attach: { readonly target?: { readonly value?: unknown; readonly address?: unknown } } };
  is_sender(): boolean;
  is_open(): boolean;
  send(...message: unknown[]): unknown;
  dispatch(event: string, context: object): boolean;
  _context(): object;
}

/** What of a connection of the AMQP library is needed and not declared. */
interface Kept {
  readonly is_server: boolean;
  readonly local_channel_map: Readonly<Record<string, { readonly links: Readonly<Record<string, Link>> }>>;
}

/** The library's class of connections: `_disconnect` lets everything know that its connection is gone, first of all. */
type Connections = Connection & { _disconnect(): void };

interface AmqpError {
  readonly condition: string;
  readonly description: string;
}

const BROKEN: AmqpError = {
  condition: 'amqp:connection:forced',
  description: 'The connection broke before the answer came.',
};

/**
 * Lets whoever waits for an answer over a connection that broke know at once. The SDK (service-bus 7.9.5 on core-amqp 4.4.2)
 * goes on waiting: for 60 s for the answer to a request, be it asked over a link that is gone already, with the lock held under
 * which every link of the client is opened, and so is deaf and dumb for as long; and for ever for the end of a link that was being closed (`Link.close` of rhea-promise 3).
 */
export function endWaitsOfBroken(connections: Connection): void {
  const all = connections as Connections;
  const disconnect = all._disconnect;
  all._disconnect = function (this: Connections & Kept): void {
    if (!this.is_server)
      for (const { links } of Object.values(this.local_channel_map)) Object.values(links).forEach(endWaitsOf);
    disconnect.call(this);
  };
}

function endWaitsOf(link: Link): void {
  const { state } = link;
  if (!state.local_open && state.remote_open) {
    state.remote_closed();
    link.dispatch(link.is_sender() ? 'sender_close' : 'receiver_close', link._context());
  } else if (link.is_sender() && isOfRequests(link)) {
    refuseRequestsOf(link);
    answerBroken(link);
  }
}

/** What is asked for from now on, by whoever stood behind a lock until then, is answered as what had been asked for is. */
function refuseRequestsOf(link: Link): void {
  const send = link.send.bind(link);
  link.send = (...message) => {
    if (link.is_open()) return send(...message);
    process.nextTick(answerBroken, link);
    return undefined;
  };
}

function answerBroken(link: Link): void {
  link.remote.detach = { error: BROKEN };
  link.dispatch('sender_error', link._context());
}

/** Claims are put to `$cbs`; locks are renewed, among others, at `$management`. */
function isOfRequests({ local }: Link): boolean {
  const { value, address } = local.attach.target ?? {};
  return /(^|\/)\$(cbs|management)$/.test(String(address ?? value ?? ''));
}
