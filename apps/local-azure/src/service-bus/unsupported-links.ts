import type { Receiver, Sender } from 'rhea';
import { distributionMode, remoteAddress, SESSION_FILTER, sourceFilterKeys } from './rhea-internals.js';
import { notSupported } from './service-bus-error.js';

const BROWSING = 'copy';
const SENT_VIA = 'com.microsoft:transfer-destination-address';

/** Throws `amqp:not-implemented`, which names it, where a client attaches to send as this server cannot take it. */
export function refuseUnsupportedSender(receiver: Receiver): void {
  refuseNameless(remoteAddress(receiver, 'target'));
  if (SENT_VIA in ((receiver.properties ?? {}) as object)) throw notSupported('Sending by way of another entity is');
}

/** Throws `amqp:not-implemented`, which names it, where a client attaches to receive as this server cannot give it. */
export function refuseUnsupportedReceiver(sender: Sender): void {
  refuseNameless(remoteAddress(sender, 'source'));
  const filter = sourceFilterKeys(sender).find((key) => key !== SESSION_FILTER);
  if (filter !== undefined) throw notSupported(`The filter '${filter}' of a link is`);
  if (distributionMode(sender) === BROWSING) throw notSupported('Browsing by a link (distribution mode copy) is');
}

function refuseNameless(address: string | undefined): void {
  if (address !== undefined) return;
  throw notSupported('A link that names no entity (for transactions, to a dynamic or an anonymous node) is');
}
