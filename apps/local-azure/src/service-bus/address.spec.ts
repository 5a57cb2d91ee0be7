import { audiencePath, parseAddress } from './address.js';

const ledger = { kind: 'subscription', topic: 'orders', subscription: 'ledger', dead: false };

describe('link addresses', () => {
  it.each([
    ['$cbs', { kind: 'cbs' }],
    ['orders', { kind: 'topic', topic: 'orders' }],
    ['/Orders/', { kind: 'topic', topic: 'orders' }],
    ['team/orders', { kind: 'topic', topic: 'team/orders' }],
    ['orders/Subscriptions/ledger', ledger],
    ['ORDERS/subscriptions/LEDGER', ledger],
    ['team/orders/Subscriptions/ledger', { ...ledger, topic: 'team/orders' }],
    ['orders/Subscriptions/ledger/$DeadLetterQueue', { ...ledger, dead: true }],
    ['jobs/$DeadLetterQueue', { kind: 'queue-dead-letters', queue: 'jobs' }],
    ['jobs/$Transfer/$DeadLetterQueue', { kind: 'transfer-dead-letters', of: { kind: 'topic', topic: 'jobs' } }],
    ['orders/$management', { kind: 'management', of: { kind: 'topic', topic: 'orders' } }],
    ['orders/Subscriptions/ledger/$DeadLetterQueue/$management', { kind: 'management', of: { ...ledger, dead: true } }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['', '/', '$management', 'orders/$other', 'orders/Subscriptions/a/$Transfer'])(
    'does not know "%s"',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it.each([
    ['sb://127.0.0.1:5672/Orders/Subscriptions/Ledger', 'orders/subscriptions/ledger'],
    ['sb://host/', ''],
    ['sb://host', ''],
    ['orders', 'orders'],
  ])('finds the entity of the audience %s', (audience, path) => {
    expect(audiencePath(audience)).toBe(path);
  });
});
