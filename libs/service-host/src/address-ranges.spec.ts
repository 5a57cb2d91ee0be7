import { AddressRanges, isAddressRange } from './address-ranges.js';

describe('a set of addresses', () => {
  const ranges = new AddressRanges(['203.0.113.0/24', '198.51.100.7', '2001:db8::/32', '::ffff:192.0.2.1']);

  it.each(['203.0.113.0', '203.0.113.255', '198.51.100.7', '::ffff:203.0.113.9', '2001:db8:1::2', '192.0.2.1'])(
    'has %s',
    (address) => expect(ranges.includes(address)).toBe(true),
  );

  it.each(['203.0.114.0', '198.51.100.8', '2001:db9::1', '192.0.2.2', '::cb00:7109', '', 'nowhere', '203.0.113.9%1'])(
    'has not %p',
    (address) => expect(ranges.includes(address)).toBe(false),
  );

  it('has nobody when it is empty, and everybody of a family when told so', () => {
    expect(new AddressRanges([]).includes('127.0.0.1')).toBe(false);
    expect(new AddressRanges(['0.0.0.0/0']).includes('127.0.0.1')).toBe(true);
    expect(new AddressRanges(['0.0.0.0/0']).includes('::1')).toBe(false);
  });
});

describe('a range', () => {
  it.each(['10.0.0.0/33', '10.0.0/8', '::1/129', '::ffff:10.0.0.0/8', '10.0.0.0/8/8', '10.0.0.1/', 'fe80::1%eth0', ''])(
    'is not %p',
    (text) => {
      expect(isAddressRange(text)).toBe(false);
      expect(() => new AddressRanges([text])).toThrow(RangeError);
    },
  );

  it.each(['10.0.0.0/0', '10.0.0.1/32', '::/0', '::1'])('is %s', (text) => expect(isAddressRange(text)).toBe(true));
});
