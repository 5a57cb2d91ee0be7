import { BlockList, isIP } from 'node:net';

const MAPPED_PREFIX = /^::ffff:(?=\d+\.)/i;
const BITS = { ipv4: 32, ipv6: 128 } as const;

/** An IPv4 address that came in the clothes of IPv6 (`::ffff:192.0.2.1`) in its own, and any other as it is. */
export function plainAddress(address: string): string {
  return address.replace(MAPPED_PREFIX, '');
}

/** Whether the text is an address, or a range in CIDR notation, IPv4 or IPv6. */
export function isAddressRange(text: string): boolean {
  return rangeOf(text) !== undefined;
}

/** A set of addresses, given as addresses and ranges in CIDR notation. */
export class AddressRanges {
  private readonly list = new BlockList();

  /** Throws `RangeError` for what is neither address nor range. */
  constructor(ranges: readonly string[]) {
    for (const text of ranges) {
      const range = rangeOf(text);
      if (range === undefined) throw new RangeError(`${text} is no address and no range of addresses`);
      this.list.addSubnet(range.address, range.bits, range.family);
    }
  }

  /** Whether the address is one of them; an IPv4 address within IPv6 counts as itself. Never for what is no address. */
  includes(address: string): boolean {
    const plain = plainAddress(address);
    const family = familyOf(plain);
    return family !== undefined && this.list.check(plain, family);
  }
}

type Family = keyof typeof BITS;

function rangeOf(text: string): { address: string; bits: number; family: Family } | undefined {
  const [given = '', prefix, ...rest] = text.split('/');
  const address = plainAddress(given);
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return undefined;
  if (prefix === undefined) return { address, bits: BITS[family], family };
  // The length of a prefix of a mapped address would count the bits of IPv6: nobody means that.
  const isPlain = address === given && /^\d{1,3}$/.test(prefix) && Number(prefix) <= BITS[family];
  return isPlain ? { address, bits: Number(prefix), family } : undefined;
}

function familyOf(address: string): Family | undefined {
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
