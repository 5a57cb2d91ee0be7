import { EVENTS, topology } from './declaration.js';

/** Every subscription as it is created; absent means that it hears everything. */
const FILTERS: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  accounts: {
    orders: "cloudEvents_type IN ('profile.created.v1', 'profile.configured.v1')",
    ledger: "cloudEvents_type IN ('profile.created.v1')",
    audit: undefined,
  },
  orders: {
    orders:
      "(cloudEvents_type = 'order.placed.v1' AND cloudEvents_intent = 'exit') " +
      "OR cloudEvents_type IN ('order.cancel-requested.v1', 'order.replace-requested.v1', 'order.exits-due.v1', 'order.exits-oversized.v1', 'order.triggered.v1', 'trade.closed.v1', 'controls.changed.v1')",
    ledger:
      "(cloudEvents_type = 'order.placed.v1' AND cloudEvents_intent = 'entry') " +
      "OR cloudEvents_type IN ('order.executed.v1', 'order.ended.v1', 'order.replace-requested.v1', " +
      "'order.replaced.v1', 'order.replace-rejected.v1')",
    audit: undefined,
  },
  ledger: {
    orders:
      "cloudEvents_type IN ('capital.held.v1', 'capital.declined.v1', 'capital.shortfall-opened.v1', 'capital.shortfall-cleared.v1')",
    ledger:
      "cloudEvents_type IN ('capital.transfer-reserved.v1', 'capital.transfer-received.v1', " +
      "'capital.transfer-refused.v1')",
    audit: undefined,
  },
};

describe('topics', () => {
  it('have exactly these subscriptions with these filters', () => {
    const declared = topology.topics.map(({ name, subscriptions }) => [
      name,
      Object.fromEntries(subscriptions.map((subscription) => [subscription.name, subscription.sqlFilter])),
    ]);
    expect(Object.fromEntries(declared)).toEqual(FILTERS);
  });

  it('are all heard by audit, and by every replica of the gateway, without a filter', () => {
    expect(topology.replicaSubscriptions).toEqual([
      { name: 'gateway', topics: topology.topics.map(({ name }) => name), autoDeleteOnIdleSeconds: 300 },
    ]);
    for (const { subscriptions } of topology.topics) {
      expect(subscriptions).toEqual(expect.arrayContaining([{ name: 'audit' }]));
      expect(new Set(subscriptions.map(({ name }) => name)).size).toBe(subscriptions.length);
    }
  });

  it('carry events whose names are their own', () => {
    expect(new Set(EVENTS.map(({ type }) => type)).size).toBe(EVENTS.length);
    for (const { type } of EVENTS) expect(type).toMatch(/^[a-z]+\.[a-z-]+\.v[1-9]\d*$/);
  });
});

describe('containers', () => {
  const services = new Set(topology.topics.flatMap(({ subscriptions }) => subscriptions.map(({ name }) => name)));
  const publishers = topology.topics.map(({ name }) => name);

  it('have names of their own and an owner that exists', () => {
    const names = topology.containers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { owner } of topology.containers) expect([...services, ...publishers]).toContain(owner);
  });

  it('are declared for the leases of every service that keeps something, and for nobody else', () => {
    const leases = topology.containers.filter(({ name }) => name.endsWith('_leases'));
    const owners = new Set([...publishers, ...topology.containers.map(({ owner }) => owner)]);
    expect(leases.map(({ name }) => name).sort()).toEqual([...owners].map((owner) => `${owner}_leases`).sort());
    for (const { name, owner, partitionKeyPaths, defaultTtlSeconds } of leases)
      expect({ name, partitionKeyPaths, defaultTtlSeconds }).toEqual({
        name: `${owner}_leases`,
        partitionKeyPaths: ['/id'],
        defaultTtlSeconds: -1,
      });
  });

  it('let rows expire, and have keys and indexes in the syntax of Cosmos DB', () => {
    for (const { defaultTtlSeconds, partitionKeyPaths, indexedPaths } of topology.containers) {
      expect(defaultTtlSeconds).toBeDefined();
      expect(partitionKeyPaths.length).toBeGreaterThan(0);
      expect(partitionKeyPaths.length).toBeLessThanOrEqual(3);
      for (const path of partitionKeyPaths) expect(path).toMatch(/^\/[A-Za-z]+$/);
      for (const path of indexedPaths) expect(path).toMatch(/^(\/[A-Za-z]+)+\/\?$/);
    }
  });

  it('keep audit records for 90 days, locks for an hour and everything else until its owner says otherwise', () => {
    const lifetimes = topology.containers.filter(({ defaultTtlSeconds }) => defaultTtlSeconds !== -1);
    expect(lifetimes.map(({ name, defaultTtlSeconds }) => [name, defaultTtlSeconds])).toEqual([
      ['runtime_locks', 3_600],
      ['audit-events', 90 * 24 * 3_600],
    ]);
  });
});
