import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditPage } from '@ballast/contracts/audit';
import type { OrderPage, OrderView } from '@ballast/contracts/orders';
import type { ProcessName } from '@ballast/launcher';
import { Stage, until } from './stage.js';

const ORDERS = 50;
const PROFILES = 10;
/** Orders that are answered before the process is killed. */
const KILL_AFTER = 20;
const RETRY_MS = 100;
const PRICE = 100;
const DEPOSIT = 100_000;

describe('kill -9 in the middle of 50 orders', () => {
  let stage: Stage;
  let profiles: string[];
  beforeAll(async () => {
    stage = await Stage.open();
    await stage.tick({ symbol: 'AAPL', bid: `${PRICE}`, ask: `${PRICE}`, volume: '1000000' });
  });
  beforeEach(async () => {
    profiles = await Promise.all(
      Array.from({ length: PROFILES }, () => stage.fundedProfile(`${DEPOSIT}.00`, { entriesPerSymbolMax: 10 })),
    );
  });
  afterAll(() => stage.close());

  /** Places one order as a careful caller does: the same key again until there is an answer. */
  async function place(profileId: string): Promise<string> {
    const key = randomUUID();
    return until('the order is answered', async () => {
      const answer = await stage.trader
        .send<OrderView>('POST', '/v1/orders', {
          body: { profileId, symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' },
          headers: { 'idempotency-key': key },
        })
        .catch(() => undefined);
      if (answer?.status === 202) return answer.body.orderId;
      if (answer !== undefined && answer.status < 500)
        throw new Error(`unexpected ${answer.status} ${JSON.stringify(answer.body)}`);
      await delay(RETRY_MS);
      return undefined;
    });
  }

  it.each<ProcessName>(['orders', 'ledger', 'local-azure'])(
    'of %s loses none, settles each once and audits each step once',
    async (victim) => {
      const filledBefore = (await stage.fills()).length;
      let answered = 0;
      let killed: Promise<void> | undefined;
      const killAndRestart = async (): Promise<void> => {
        const managed = stage.platform.process(victim);
        await managed.kill();
        managed.start();
        await managed.ready();
      };
      const ids = await Promise.all(
        Array.from({ length: ORDERS }, async (_, index) => {
          await delay(index * 10);
          const orderId = await place(profiles[index % PROFILES] ?? '');
          answered += 1;
          if (answered === KILL_AFTER) killed = killAndRestart();
          return orderId;
        }),
      );
      expect(killed).toBeDefined();
      await killed;
      expect(new Set(ids).size).toBe(ORDERS);

      for (const profileId of profiles) await allSettled(profileId);
      await everyStepOnce(ids);
      const fills = (await stage.fills()).slice(filledBefore);
      expect(fills).toHaveLength(ORDERS);
      expect(new Set(fills.map((fill) => fill.clientOrderId)).size).toBe(ORDERS);
      const verdict = await stage.auditVerdict();
      expect(verdict.chains.filter((chain) => !chain.whole)).toEqual([]);
    },
  );

  /** Each profile bought five at 100, paid five fees of ten cents, and holds nothing back. */
  async function allSettled(profileId: string): Promise<void> {
    const bought = ORDERS / PROFILES;
    const cost = bought * PRICE;
    const capital = await until(`the capital of ${profileId} is settled`, async () => {
      const view = await stage.capital(profileId).catch(() => undefined);
      return view?.reservedForPositions === `${cost}.00` && view.reservedForOrders === '0.00' && view;
    });
    const fees = bought * 0.1;
    expect(capital).toMatchObject({
      allocated: `${DEPOSIT}.00`,
      fees: fees.toFixed(2),
      shortfall: '0.00',
      available: (DEPOSIT - cost - fees).toFixed(2),
    });
    const { items } = await stage.trader.get<OrderPage>(`/v1/orders?profileId=${profileId}&limit=200`);
    expect(items.map(({ state }) => state)).toEqual(Array.from({ length: bought }, () => 'filled'));
  }

  /** What every filled order must have been through, and nothing of it twice. */
  async function everyStepOnce(ids: readonly string[]): Promise<void> {
    const always = [
      'order.placed.v1',
      'capital.held.v1',
      'order.submitted.v1',
      'order.executed.v1',
      'capital.posted.v1',
    ];
    for (const orderId of ids) {
      const types = await until(`${orderId} is audited to the end`, async () => {
        const { items } = await stage.admin.get<AuditPage>(`/v1/admin/audit?subject=${orderId}&limit=100`);
        expect(new Set(items.map(({ eventId }) => eventId)).size).toBe(items.length);
        const found = items.map(({ type }) => type);
        return always.every((type) => found.includes(type)) && found;
      });
      for (const type of ['order.placed.v1', 'capital.held.v1', 'order.executed.v1', 'capital.posted.v1']) {
        expect(types.filter((found) => found === type)).toHaveLength(1);
      }
    }
  }
});
