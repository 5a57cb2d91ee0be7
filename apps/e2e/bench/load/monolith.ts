import { createHash, randomUUID } from 'node:crypto';
import { decimal } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { connectionTo } from './postgres.js';
import { FILL, PLACE, RESERVE, SETTLE } from './monolith-sql.js';

/** Connections to the database. */
const POOL_SIZE = 16;
const ASK = decimal('100');
const COLLAR_RATIO = decimal('1.05');
const FEE_RATIO = decimal('0.001');
const CENTS = 100;

interface OrderRequest {
  readonly profileId: string;
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly quantity: string;
}

const BODY = {
  type: 'object',
  required: ['profileId', 'symbol', 'side', 'type', 'quantity'],
  additionalProperties: false,
  properties: {
    profileId: { type: 'string', maxLength: 64 },
    symbol: { type: 'string', pattern: '^[A-Z.]{1,17}$' },
    side: { enum: ['buy', 'sell'] },
    type: { enum: ['market', 'limit'] },
    quantity: { type: 'string', pattern: '^[0-9]{1,12}(\\.[0-9]{1,9})?$' },
  },
};
const HEADERS = {
  type: 'object',
  required: ['idempotency-key', 'authorization'],
  properties: { 'idempotency-key': { type: 'string', minLength: 1, maxLength: 200 } },
};

const centsOf = (amount: Decimal): string => amount.mul(CENTS).ceil().toFixed();

/**
 * The plain way to do the same job: one process and one database. An order is accepted with its capital in one transaction,
 * filled by a broker in the same process in a second and settled in a third, each with its audit row, all flushed to disk.
 */
export class Monolith {
  private readonly pool: pg.Pool;
  private readonly server: FastifyInstance = fastify({ logger: false });

  constructor(
    socket: string,
    private readonly token: string,
  ) {
    this.pool = new pg.Pool({ ...connectionTo(socket), max: POOL_SIZE, idleTimeoutMillis: 0 });
  }

  /** Serves on a free port and gives the address. */
  async listen(): Promise<string> {
    this.server.post<{ Body: OrderRequest }>(
      '/v1/orders',
      { schema: { body: BODY, headers: HEADERS } },
      async (request, reply) => {
        if (request.headers.authorization !== `Bearer ${this.token}`) return reply.code(401).send();
        const key = String(request.headers['idempotency-key']);
        const { orderId, isNew } = await this.accept(request.body, key);
        if (orderId === undefined) return reply.code(422).send({ code: 'insufficient-capital' });
        if (isNew) setImmediate(() => void this.trade(orderId, request.body));
        return reply.code(202).send({ orderId, state: 'accepted' });
      },
    );
    const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => this.pool.connect()));
    for (const client of clients) client.release();
    return this.server.listen({ port: 0, host: '127.0.0.1' });
  }

  /** The order, with capital for its worst cost, or the one that the key brought before; none where capital lacks. */
  private async accept(order: OrderRequest, key: string): Promise<{ orderId?: string; isNew: boolean }> {
    const { profileId, symbol, side, type, quantity } = order;
    const orderId = `ord_${randomUUID()}`;
    const worst = ASK.mul(COLLAR_RATIO).mul(quantity);
    const hold = centsOf(worst.add(worst.mul(FEE_RATIO)));
    const requestHash = createHash('sha256').update(JSON.stringify(order)).digest('hex');
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const terms = [orderId, profileId, key, requestHash, symbol, side, type, quantity, hold];
      const placed = await client.query({ name: 'place', text: PLACE, values: terms });
      if (placed.rowCount === 0) {
        await client.query('ROLLBACK');
        return { orderId: await this.earlier(profileId, key), isNew: false };
      }
      const told = JSON.stringify({ ...order, orderId, hold });
      const held = await client.query({ name: 'reserve', text: RESERVE, values: [orderId, profileId, hold, told] });
      await client.query(held.rowCount === 0 ? 'ROLLBACK' : 'COMMIT');
      return held.rowCount === 0 ? { isNew: false } : { orderId, isNew: true };
    } finally {
      client.release();
    }
  }

  private async earlier(profileId: string, key: string): Promise<string> {
    const text = 'SELECT id FROM orders WHERE profile_id = $1 AND key = $2';
    const { rows } = await this.pool.query<{ id: string }>({ name: 'earlier', text, values: [profileId, key] });
    return rows[0]?.id ?? '';
  }

  /** The broker in the same process: it fills at once at the ask, and the fill is settled. */
  private async trade(orderId: string, { quantity }: OrderRequest): Promise<void> {
    const executionId = randomUUID();
    const cost = ASK.mul(quantity);
    const [units, fee] = [centsOf(cost), centsOf(cost.mul(FEE_RATIO))];
    const fill = JSON.stringify({ orderId, executionId, quantity, price: ASK.toFixed(), fee });
    const filled = [orderId, executionId, ASK.toFixed(), fee, fill];
    await this.pool.query({ name: 'fill', text: FILL, values: filled });
    const settled = [orderId, units, fee, JSON.stringify({ orderId, executionId, units, fee })];
    await this.pool.query({ name: 'settle', text: SETTLE, values: settled });
  }
}
