import { PRODUCT_ID, orderOfBrokerKey, profileOfOrder, topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore, connectCosmos, eventIn } from '@ballast/cosmos';
import type { BrokerOrder, Fill, Stage } from '../stage.js';

/** A document as it lies in its container. */
export type Row = { readonly id: string; readonly kind?: string } & Readonly<Record<string, unknown>>;

/** Everything that is stored of a profile, read from the store itself and not from the services. */
export interface StoredProfile {
  readonly id: string;
  readonly orders: readonly Row[];
  readonly ledger: readonly Row[];
  readonly audit: readonly Row[];
  readonly history: readonly Row[];
  /** Every event that was committed for the profile, by whichever service. */
  readonly events: readonly EventEnvelope[];
}

/** An entity of the bus with what waits in it. */
export interface BusEntity {
  readonly name: string;
  readonly kind: string;
  readonly active: number;
  readonly locked: number;
  readonly deadLetters: number;
}

/** What the world says, each part from its own source. */
export interface Facts {
  readonly profiles: readonly StoredProfile[];
  /** The broker's file since the round began; a fill under a name of the broker's own is of no profile (`''`). */
  readonly fills: readonly (Fill & { readonly orderId: string; readonly profileId: string })[];
  /** Names of the orders that rest at the broker. */
  readonly restingAtBroker: ReadonlySet<string>;
  /** How many orders the broker took for one of ours, without those that took the place of another; ours that it never took are left out. */
  readonly timesAtBroker: ReadonlyMap<string, number>;
  readonly bus: readonly BusEntity[];
  readonly parked: number;
}

const PAGE_SIZE = 500;
/** How an order stands at the broker that was never taken, or in whose place another one stands. */
const WITHOUT_EFFECT: readonly string[] = ['rejected', 'replaced'];

/** Reads the stores with the SDK, the bus's own page and the broker's file. */
export class FactReader {
  private constructor(
    private readonly stage: Stage,
    private readonly stores: ReadonlyMap<string, ContainerStore>,
    private readonly statusUrl: string,
    readonly close: () => void,
  ) {}

  static async open(stage: Stage): Promise<FactReader> {
    const { endpoint, key } = await stage.platform.storeAccess();
    const database = await connectCosmos({ endpoint, key, database: topology.database });
    const stores = new Map(
      topology.containers.map(({ name }) => [name, new ContainerStore(database.container(name))] as const),
    );
    const { serviceBus } = await stage.platform.pages();
    return new FactReader(stage, stores, serviceBus.replace('$status', '$status.json'), () =>
      database.client.dispose(),
    );
  }

  /** All facts about these profiles, which trade since that instant and alone. */
  async read(profileIds: readonly string[], since: string): Promise<Facts> {
    const profiles: StoredProfile[] = [];
    for (const id of profileIds) profiles.push(await this.profile(id));
    const fills = (await this.stage.fills()).flatMap((fill) => {
      const orderId = orderOfBrokerKey(fill.clientOrderId)?.orderId ?? fill.clientOrderId;
      const profileId = profileOfOrder(orderId) ?? '';
      const isMeant = profileId === '' ? fill.at >= since : profileIds.includes(profileId);
      return isMeant ? [{ ...fill, orderId, profileId }] : [];
    });
    return {
      ...{ profiles, fills },
      restingAtBroker: await this.resting(),
      timesAtBroker: await this.timesAtBroker(since),
      bus: await this.busEntities(),
      parked: await this.parkedMessages(),
    };
  }

  private async profile(id: string): Promise<StoredProfile> {
    const [orders, ledger, audit, history, accounts] = await Promise.all(
      ['trade_orders', 'capital_ledgers', 'audit-events', 'trade_history', 'trade_profiles'].map((name) =>
        this.rows(name, [PRODUCT_ID, id]),
      ),
    );
    const committed = [...(orders ?? []), ...(ledger ?? []), ...(accounts ?? [])];
    const events = committed.flatMap((row) => eventIn(row) ?? []);
    return { id, orders: orders ?? [], ledger: ledger ?? [], audit: audit ?? [], history: history ?? [], events };
  }

  private async rows(container: string, partition: readonly string[], where = ''): Promise<Row[]> {
    const rows: Row[] = [];
    let continuation: string | undefined;
    do {
      const page = await this.store(container).query<Row>({
        ...{ query: `SELECT * FROM c ${where}`, parameters: {}, partition, pageSize: PAGE_SIZE },
        ...(continuation !== undefined && { continuation }),
      });
      rows.push(...page.items);
      continuation = page.continuation;
    } while (continuation !== undefined);
    return rows;
  }

  private store(container: string): ContainerStore {
    const found = this.stores.get(container);
    if (found === undefined) throw new Error(`there is no container ${container}`);
    return found;
  }

  private async parkedMessages(): Promise<number> {
    const containers = ['trade_orders', 'capital_ledgers', 'audit-events'];
    const lists = await Promise.all(containers.map((name) => this.rows(name, [PRODUCT_ID], "WHERE c.kind = 'parked'")));
    return lists.flat().length;
  }

  /** Names of our orders that rest at the broker. */
  async resting(): Promise<Set<string>> {
    const url = `${this.stage.platform.url('paper-venue')}/v2/orders?status=open&limit=500`;
    const response = await fetch(url, { headers: await this.stage.venueKeys() });
    const orders = (await response.json()) as { client_order_id: string }[];
    return new Set(orders.map(({ client_order_id: key }) => orderOfBrokerKey(key)?.orderId ?? key));
  }

  private async timesAtBroker(since: string): Promise<Map<string, number>> {
    const times = new Map<string, number>();
    const headers = await this.stage.venueKeys();
    let page: (BrokerOrder & { readonly created_at: string })[];
    let after = since;
    do {
      const query = new URLSearchParams({ status: 'all', direction: 'asc', limit: `${PAGE_SIZE}`, after });
      const response = await fetch(`${this.stage.platform.url('paper-venue')}/v2/orders?${query}`, { headers });
      page = (await response.json()) as typeof page;
      for (const { client_order_id: key, status } of page) {
        const orderId = orderOfBrokerKey(key)?.orderId;
        if (orderId !== undefined && !WITHOUT_EFFECT.includes(status))
          times.set(orderId, (times.get(orderId) ?? 0) + 1);
      }
      after = page.at(-1)?.created_at ?? after;
    } while (page.length === PAGE_SIZE);
    return times;
  }

  private async busEntities(): Promise<BusEntity[]> {
    const response = await fetch(this.statusUrl);
    return ((await response.json()) as { entities: BusEntity[] }).entities;
  }
}
