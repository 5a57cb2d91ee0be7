import { AddressRanges } from '@ballast/service-host';
import { clientAddress, networkOf } from './client-address.js';

const PROXIES = new AddressRanges(['10.0.0.0/8', '2001:db8:ffff::/48']);

describe('the address of a client', () => {
  it.each([
    ['of the connection', '203.0.113.7', undefined, '203.0.113.7'],
    ['of the connection, whatever a stranger claims', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['that a trusted proxy saw', '10.1.1.1', '203.0.113.7', '203.0.113.7'],
    ['that the first of our proxies saw', '10.1.1.1', '203.0.113.7, 10.2.2.2', '203.0.113.7'],
    ['that our proxy saw, whatever the client claimed before', '10.1.1.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    ['of the proxy that says nothing', '10.1.1.1', undefined, '10.1.1.1'],
    ['of IPv4 within IPv6', '::ffff:10.1.1.1', '::ffff:203.0.113.7', '203.0.113.7'],
    ['without its port', '10.1.1.1', '203.0.113.7:51234', '203.0.113.7'],
    ['of IPv6 without its port', '2001:db8:ffff::1', '[2001:db8::7]:51234', '2001:db8::7'],
    ['of nobody, where a proxy wrote no address', '10.1.1.1', '203.0.113.7, unknown', 'unknown'],
  ])('is that %s', (_what, remote, forwardedFor, address) => {
    expect(clientAddress({ remote, forwardedFor }, PROXIES)).toBe(address);
  });

  it('is never taken from a header where no proxy is trusted', () => {
    const nobody = new AddressRanges([]);
    expect(clientAddress({ remote: '10.1.1.1', forwardedFor: '203.0.113.7' }, nobody)).toBe('10.1.1.1');
  });
});

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is limited as %s', (address, network) => expect(networkOf(address)).toBe(network));
