import { Usage } from './usage.js';

describe('Usage', () => {
  const used = (kind: string, requestUnits: number, idle = false) => ({
    container: 'trade_orders',
    kind,
    requestUnits,
    requestBytes: 10,
    responseBytes: 20,
    idle,
  });

  it('counts requests per container and kind, and totals without metadata, plans and idle feed reads', () => {
    const usage = new Usage();
    usage.cosmos(used('create', 5.5));
    usage.cosmos(used('create', 5.5));
    usage.cosmos(used('metadata', 1));
    usage.cosmos(used('query-plan', 1));
    usage.cosmos(used('change-feed', 1));
    usage.cosmos(used('change-feed', 1, true));
    const { cosmos } = usage.snapshot();
    expect(cosmos.byContainer['trade_orders']).toMatchObject({
      create: { requests: 2, requestUnits: 11, requestBytes: 20, responseBytes: 40 },
      'change-feed': { requests: 1 },
      'change-feed-idle': { requests: 1 },
    });
    expect(cosmos.total).toEqual({ dataPlaneRequests: 3, requestUnits: 12 });
  });

  it('adds sends and deliveries, without settlements', () => {
    const usage = new Usage();
    usage.serviceBus({ entity: 'orders', kind: 'send', count: 3, bytes: 300 });
    usage.serviceBus({ entity: 'orders/ledger', kind: 'delivery', bytes: 100 });
    usage.serviceBus({ entity: 'orders/ledger', kind: 'settle', bytes: 0 });
    expect(usage.snapshot().serviceBus).toEqual({
      byEntity: {
        orders: { send: { count: 3, bytes: 300 } },
        'orders/ledger': { delivery: { count: 1, bytes: 100 }, settle: { count: 1, bytes: 0 } },
      },
      total: { sends: 3, deliveries: 1, operations: 4 },
    });
  });

  it('prints Prometheus text and forgets everything on reset', () => {
    const usage = new Usage();
    usage.cosmos(used('read', 1));
    expect(usage.prometheus()).toContain('local_azure_cosmos_requests_total{container="trade_orders",kind="read"} 1\n');
    usage.reset();
    expect(usage.snapshot().cosmos.byContainer).toEqual({});
  });
});
