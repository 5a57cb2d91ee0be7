import { randomUUID } from 'node:crypto';
import type { OrderView } from '@ballast/contracts/orders';
import { until } from './stage.js';
import type { Stage } from './stage.js';

const SYMBOL = 'IBM';
const BID = { profileId: '', symbol: SYMBOL, side: 'buy', type: 'limit', quantity: '10', limitPrice: '99' };

/** A bid for ten at 99 becomes one for twelve at 98 and is filled; the figures are worked by hand, to the cent. */
export async function playAmendment(stage: Stage): Promise<void> {
  const profileId = await stage.fundedProfile('10000.00');
  await stage.tick({ symbol: SYMBOL, bid: '99.50', ask: '100', volume: '0' });
  await stage.quotesAreFresh();
  const { orderId } = (await stage.trader.post<OrderView>('/v1/orders', { ...BID, profileId })).body;
  const resting = await until('the bid rests', async () => {
    const answer = await stage.trader.send<OrderView>('GET', `/v1/orders/${orderId}`);
    return answer.body.state === 'open' && answer;
  });
  // 990.00, and a thousandth for the fee.
  expect(await stage.capital(profileId)).toMatchObject({ reservedForOrders: '990.99', available: '9009.01' });

  const amend = (body: object) =>
    stage.trader.send<OrderView & { code?: string }>('PATCH', `/v1/orders/${orderId}`, {
      body,
      headers: { 'idempotency-key': randomUUID(), 'if-match': resting.headers.get('etag') ?? '' },
    });
  expect((await amend({ quantity: '12', limitPrice: '98' })).status).toBe(202);
  expect((await amend({ quantity: '13' })).status).toBe(412);
  await until('the broker has the other terms', async () => {
    const { state, quantity, limitPrice } = await stage.order(orderId);
    return state === 'open' && quantity === '12' && limitPrice === '98';
  });
  // 1 176.00 and 1.18, of which 186.19 were reserved before the broker was asked.
  await until('what the old terms wanted is free', async () => {
    return (await stage.capital(profileId)).reservedForOrders === '1177.18';
  });

  await stage.tick({ symbol: SYMBOL, bid: '98', ask: '98', volume: '12' });
  await until('the fill is settled', async () => (await stage.capital(profileId)).reservedForPositions === '1176.00');
  expect(await stage.capital(profileId)).toMatchObject({
    reservedForOrders: '0.00',
    fees: '1.18',
    available: '8822.82',
    shortfall: '0.00',
  });
  const told = await stage.timeline(orderId, 'capital.posted.v1');
  const types = told.filter((type) => /replace|executed/.test(type));
  expect(types).toEqual([
    'order.replace-requested.v1',
    'order.replace-submitted.v1',
    'order.replaced.v1',
    'order.executed.v1',
  ]);
  const { body: verdict } = await stage.admin.send<{ findings: unknown[] }>(
    'GET',
    `/v1/profiles/${profileId}/capital/verify`,
  );
  expect(verdict.findings).toEqual([]);
}
