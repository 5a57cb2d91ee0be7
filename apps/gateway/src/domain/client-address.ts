import { plainAddress } from '@ballast/service-host';
import type { AddressRanges } from '@ballast/service-host';

/** Proxies between a client and us that are looked at, at most. */
const HOPS_MAX = 20;

/**
 * The address of the client: that of the connection, or, where it belongs to a trusted proxy, the nearest one in
 * `X-Forwarded-For` that does not. What stands before that one was written by strangers and counts for nothing.
 */
export function clientAddress(
  { remote = '', forwardedFor = '' }: { remote?: string | undefined; forwardedFor?: string | undefined },
  trusted: AddressRanges,
): string {
  let address = plainAddress(remote);
  const hops = forwardedFor.split(',').slice(-HOPS_MAX);
  for (const hop of hops.reverse()) {
    const named = withoutPort(hop.trim());
    if (named === '' || !trusted.includes(address)) return address;
    address = plainAddress(named);
  }
  return address;
}

/** Some proxies write `203.0.113.7:51234` or `[2001:db8::1]:51234`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}

/** What is limited together: an IPv4 address, or the /64 network of an IPv6 address, which is one customer's. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = address.includes('::') ? [...before, ...zeros, ...after] : before;
  return `${groups.slice(0, 4).join(':')}::/64`;
}
