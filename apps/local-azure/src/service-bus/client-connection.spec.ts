/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import type { PolicyRight } from './access-policy.js';
import { ClientConnection, type OpenLink } from './client-connection.js';
import type { ServiceBusError } from './service-bus-error.js';

const PATH = 'orders/subscriptions/ledger';

describe('the tokens of a connection', () => {
  let client: ClientConnection;
  let ended: ServiceBusError[];

  beforeEach(() => {
    jest.useFakeTimers();
    client = new ClientConnection(() => undefined);
    ended = [];
  });

  afterEach(() => {
    client.closed();
    jest.useRealTimers();
  });

  const grant = (path: string, seconds: number, rights: PolicyRight[] = ['Listen']) =>
    client.grant({ path, rights, expiresAtMs: Date.now() + seconds * 1_000 });
  const open = (path = PATH): OpenLink => {
    const link = { path, entity: 'orders/ledger', client, end: (reason: ServiceBusError) => void ended.push(reason) };
    const forget = client.addLink({
      ...link,
      end: (reason) => {
        forget();
        link.end(reason);
      },
    });
    return link;
  };

  it('permit their rights on their path and below, Manage all of them', () => {
    grant('orders', 60, ['Send']);
    grant(PATH, 60);
    expect(() => client.authorize('orders', 'Send')).not.toThrow();
    expect(() => client.authorize(PATH, 'Listen')).not.toThrow();
    expect(() => client.authorize('orders', 'Listen')).toThrow(/'Listen' claim\(s\) are required/);
    expect(() => client.authorize('orders', undefined)).not.toThrow();
    expect(() => client.authorize('ordersx', 'Send')).toThrow(/No valid token/);
    grant('orders', 60, ['Manage']);
    expect(() => client.authorize(PATH, 'Send')).not.toThrow();
  });

  it('permit nothing once they have expired', () => {
    grant(PATH, 60);
    jest.advanceTimersByTime(59_999);
    expect(() => client.authorize(PATH, 'Listen')).not.toThrow();
    jest.advanceTimersByTime(1);
    expect(() => client.authorize(PATH, 'Listen')).toThrow(/No valid token/);
  });

  it('end the links they were for when they expire', () => {
    grant(PATH, 60);
    grant('jobs', 90);
    open();
    open('jobs');
    jest.advanceTimersByTime(59_999);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended.map(({ condition }) => condition)).toEqual(['amqp:unauthorized-access']);
    jest.advanceTimersByTime(30_000);
    expect(ended).toHaveLength(2);
  });

  it('keep their links when they are renewed in time', () => {
    grant(PATH, 60);
    open();
    jest.advanceTimersByTime(45_000);
    grant(PATH, 60);
    jest.advanceTimersByTime(59_999);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended).toHaveLength(1);
  });

  it('end their links sooner when a shorter one takes their place', () => {
    grant(PATH, 600);
    open();
    grant(PATH, 5);
    jest.advanceTimersByTime(5_000);
    expect(ended).toHaveLength(1);
  });

  it('last longer than a timer can', () => {
    grant(PATH, 40 * 86_400);
    open();
    jest.advanceTimersByTime(39 * 86_400_000);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(86_400_000);
    expect(ended).toHaveLength(1);
  });
});
