import { MinuteRate } from './minute-rate.js';

interface CosmosCounter {
  requests: number;
  requestUnits: number;
  requestBytes: number;
  responseBytes: number;
}

interface EntityCounter {
  count: number;
  bytes: number;
}

/** Everything counted since the start or the last reset. */
export interface UsageSnapshot {
  readonly cosmos: {
    readonly byContainer: Record<string, Record<string, CosmosCounter>>;
    /** Without metadata, query plans and change-feed reads that found nothing. */
    readonly total: { readonly dataPlaneRequests: number; readonly requestUnits: number };
  };
  readonly serviceBus: {
    readonly byEntity: Record<string, Record<string, EntityCounter>>;
    readonly total: { readonly sends: number; readonly deliveries: number; readonly operations: number };
  };
}

/** A Cosmos request that was answered; `idle` marks a change-feed read that found nothing (304). */
export interface CosmosUse {
  readonly container: string;
  readonly kind: string;
  readonly requestUnits: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly idle?: boolean | undefined;
}

/** Service Bus operations on one entity: `send` and `delivery` per message, `settle`, `renew`, `management`. */
export interface ServiceBusUse {
  readonly entity: string;
  readonly kind: string;
  readonly count?: number;
  readonly bytes: number;
}

const NOT_DATA_PLANE: ReadonlySet<string> = new Set(['metadata', 'query-plan', 'change-feed-idle']);

/** Counts what clients asked of the two servers, as Azure would bill it. */
export class Usage {
  private readonly containers = new Map<string, Map<string, CosmosCounter>>();
  private readonly entities = new Map<string, Map<string, EntityCounter>>();
  private readonly rates = new Map<string, Map<string, MinuteRate>>();

  /** `nowMs` gives milliseconds since 1970. */
  constructor(private readonly nowMs: () => number = Date.now) {}

  /** Counts one Cosmos request; an idle change-feed read is counted as the kind `change-feed-idle`. */
  cosmos(use: CosmosUse): void {
    const kind = use.idle === true ? `${use.kind}-idle` : use.kind;
    const zero = (): CosmosCounter => ({ requests: 0, requestUnits: 0, requestBytes: 0, responseBytes: 0 });
    const counter = counterOf(this.containers, use.container, kind, zero);
    counter.requests += 1;
    counter.requestUnits += use.requestUnits;
    counter.requestBytes += use.requestBytes;
    counter.responseBytes += use.responseBytes;
  }

  /** Counts `count` (1 by default) Service Bus operations of `bytes` together. */
  serviceBus(use: ServiceBusUse): void {
    const counter = counterOf(this.entities, use.entity, use.kind, (): EntityCounter => ({ count: 0, bytes: 0 }));
    counter.count += use.count ?? 1;
    counter.bytes += use.bytes;
    counterOf(this.rates, use.entity, use.kind, () => new MinuteRate()).add(use.count ?? 1, this.nowMs());
  }

  /** How many Service Bus operations of a kind an entity had per second over the last minute. */
  serviceBusRate(entity: string, kind: string): number {
    return this.rates.get(entity)?.get(kind)?.perSecond(this.nowMs()) ?? 0;
  }

  /** A copy of all counters and their totals; request units are rounded to hundredths. */
  snapshot(): UsageSnapshot {
    const byContainer = copyOf(this.containers);
    const byEntity = copyOf(this.entities);
    const total = { dataPlaneRequests: 0, requestUnits: 0 };
    for (const counter of Object.values(byContainer).flatMap((kinds) => Object.entries(kinds))) {
      const [kind, { requests, requestUnits }] = counter;
      counter[1].requestUnits = hundredths(requestUnits);
      if (NOT_DATA_PLANE.has(kind)) continue;
      total.dataPlaneRequests += requests;
      total.requestUnits += requestUnits;
    }
    total.requestUnits = hundredths(total.requestUnits);
    const kinds = Object.values(byEntity);
    const sends = kinds.reduce((sum, kind) => sum + (kind['send']?.count ?? 0), 0);
    const deliveries = kinds.reduce((sum, kind) => sum + (kind['delivery']?.count ?? 0), 0);
    return {
      cosmos: { byContainer, total },
      serviceBus: { byEntity, total: { sends, deliveries, operations: sends + deliveries } },
    };
  }

  /** Sets every counter back to nothing. */
  reset(): void {
    this.containers.clear();
    this.entities.clear();
    this.rates.clear();
  }

  /** All counters in the Prometheus text format, version 0.0.4. */
  prometheus(): string {
    const { cosmos, serviceBus } = this.snapshot();
    const cosmosMetric = (name: string, field: keyof CosmosCounter): string =>
      metric(
        name,
        'container',
        mapCounters(cosmos.byContainer, (counter) => counter[field]),
      );
    const busMetric = (name: string, field: keyof EntityCounter): string =>
      metric(
        name,
        'entity',
        mapCounters(serviceBus.byEntity, (counter) => counter[field]),
      );
    return [
      cosmosMetric('local_azure_cosmos_requests_total', 'requests'),
      cosmosMetric('local_azure_cosmos_request_units_total', 'requestUnits'),
      cosmosMetric('local_azure_cosmos_request_bytes_total', 'requestBytes'),
      cosmosMetric('local_azure_cosmos_response_bytes_total', 'responseBytes'),
      busMetric('local_azure_service_bus_operations_total', 'count'),
      busMetric('local_azure_service_bus_bytes_total', 'bytes'),
    ].join('');
  }
}

function counterOf<C>(counters: Map<string, Map<string, C>>, owner: string, kind: string, zero: () => C): C {
  let kinds = counters.get(owner);
  if (kinds === undefined) counters.set(owner, (kinds = new Map()));
  let counter = kinds.get(kind);
  if (counter === undefined) kinds.set(kind, (counter = zero()));
  return counter;
}

function copyOf<C extends object>(counters: Map<string, Map<string, C>>): Record<string, Record<string, C>> {
  const copyKinds = (kinds: Map<string, C>): Record<string, C> =>
    Object.fromEntries([...kinds].map(([kind, counter]) => [kind, { ...counter }]));
  return Object.fromEntries([...counters].map(([owner, kinds]) => [owner, copyKinds(kinds)]));
}

function mapCounters<C>(
  counters: Record<string, Record<string, C>>,
  value: (counter: C) => number,
): [owner: string, kind: string, value: number][] {
  return Object.entries(counters).flatMap(([owner, kinds]) =>
    Object.entries(kinds).map(([kind, counter]): [string, string, number] => [owner, kind, value(counter)]),
  );
}

function metric(name: string, ownerLabel: string, rows: [owner: string, kind: string, value: number][]): string {
  const lines = rows.map(
    ([owner, kind, value]) => `${name}{${ownerLabel}="${escaped(owner)}",kind="${escaped(kind)}"} ${value}\n`,
  );
  return `# TYPE ${name} counter\n${lines.join('')}`;
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
