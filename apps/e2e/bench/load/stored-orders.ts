import { PRODUCT_ID, topology } from '@ballast/contracts';
import { ContainerStore, connectCosmos } from '@ballast/cosmos';
import type { CommitOperation, CosmosConnection } from '@ballast/cosmos';

/** Where an order leaves rows that stay for longer than its events do. */
const CONTAINERS = ['trade_orders', 'capital_ledgers', 'audit-events'] as const;
/** Orders whose rows go in one batch of each container; five of an order are audit's, and a batch takes a hundred. */
const ORDERS_A_BATCH = 20;
/** Profiles that are written to at the same time. */
const PROFILES_AT_ONCE = 4;
const SERIAL_CHARS = 8;
const SERIAL_RADIX = 32;
/** Fields that number rows of a profile, which no two have in common. */
const NUMBERS = ['number', 'position', 'sequence'] as const;
const PAGE_SIZE = 200;

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** The rows that an order left in its profile, by container. */
export interface OrderRows {
  readonly profileId: string;
  readonly orderId: string;
  readonly byContainer: ReadonlyMap<string, readonly Row[]>;
}

/**
 * Stores orders without placing them: the rows that a real one left, again and again under other ids, straight into the containers. They are
 * as they are a month later: event rows and answers have expired. What an execution or a posting carries as its event is
 * kept under another name, so that no relay sends it.
 */
export class StoredOrders {
  private serial = 0;

  private constructor(
    private readonly stores: ReadonlyMap<string, ContainerStore>,
    readonly close: () => void,
  ) {}

  static async open({ endpoint, key }: Pick<CosmosConnection, 'endpoint' | 'key'>): Promise<StoredOrders> {
    const database = await connectCosmos({ endpoint, key, database: topology.database });
    const stores = new Map(CONTAINERS.map((name) => [name, new ContainerStore(database.container(name))]));
    return new StoredOrders(stores, () => database.client.dispose());
  }

  /** What this order has left so far. */
  async rowsOf(profileId: string, orderId: string): Promise<OrderRows> {
    const byContainer = new Map<string, readonly Row[]>();
    for (const [name, store] of this.stores) {
      const partition = [PRODUCT_ID, profileId];
      const { items } = await store.query<Row>({
        query: 'SELECT * FROM c',
        parameters: {},
        partition,
        pageSize: PAGE_SIZE,
      });
      byContainer.set(name, items.filter((row) => isOf(row, orderId)).map(withoutSending));
    }
    return { profileId, orderId, byContainer };
  }

  /** Stores so many orders more, spread over the profiles of these; how many they were when there was no time for more. */
  async store(orders: number, of: readonly OrderRows[], signal: AbortSignal): Promise<number> {
    let [left, stored] = [orders, 0];
    const waiting: OrderRows[] = [];
    const worker = async (): Promise<void> => {
      while (left > 0 && !signal.aborted) {
        if (waiting.length === 0) waiting.push(...of);
        const next = waiting.pop();
        if (next === undefined) return;
        const count = Math.min(ORDERS_A_BATCH, left);
        left -= count;
        await this.storeBatch(next, count);
        stored += count;
      }
    };
    await Promise.all(Array.from({ length: PROFILES_AT_ONCE }, worker));
    return stored;
  }

  private async storeBatch({ profileId, orderId, byContainer }: OrderRows, count: number): Promise<void> {
    const serials = Array.from({ length: count }, () => (this.serial += 1));
    for (const [name, rows] of byContainer) {
      const operations = serials.flatMap((serial) => rows.map((row) => creationOf(row, orderId, serial)));
      await this.stores.get(name)?.commit([PRODUCT_ID, profileId], operations);
    }
  }
}

/** Not the head of the profile, and not what expires. */
function isOf(row: Row, orderId: string): boolean {
  return (
    row['ttl'] === undefined &&
    row['kind'] !== 'book' &&
    row['kind'] !== 'account' &&
    JSON.stringify(row).includes(orderId)
  );
}

function withoutSending({ event, _rid, _self, _etag, _attachments, _ts, ...row }: Row): Row {
  return { ...row, ...(event !== undefined && { sentEvent: event }) } as Row;
}

function creationOf(row: Row, orderId: string, serial: number): CommitOperation {
  const end = serial.toString(SERIAL_RADIX).padStart(SERIAL_CHARS, '0');
  const text = JSON.stringify(row).replaceAll(orderId, orderId.slice(0, -SERIAL_CHARS) + end);
  const copy = JSON.parse(text) as Record<string, unknown> & { id: string };
  if (copy.id === row.id) copy.id = `${row.id}:${end}`;
  for (const field of NUMBERS) if (copy[field] !== undefined) copy[field] = -serial;
  return { create: copy };
}
