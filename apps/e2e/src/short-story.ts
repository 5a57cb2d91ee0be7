import { randomUUID } from 'node:crypto';
import type { OrderPreview, OrderView, PositionList, TradePage } from '@ballast/contracts/orders';
import { until } from './stage.js';
import type { Stage } from './stage.js';

const SYMBOL = 'AMZN';
const SALE = { symbol: SYMBOL, side: 'sell', intent: 'entry', type: 'limit', quantity: '4', limitPrice: '110' };
const PURCHASE = { symbol: SYMBOL, side: 'buy', intent: 'exit', type: 'market', quantity: '4' };

/** Four are sold short at 110 and bought back at 99; the figures are worked by hand, to the cent. */
export async function playShortSale(stage: Stage): Promise<void> {
  const profileId = await stage.fundedProfile('10000.00');
  const place = async (terms: object) =>
    (
      await stage.trader.send<OrderView & { code?: string }>('POST', '/v1/orders', {
        body: { profileId, ...terms },
        headers: { 'idempotency-key': randomUUID() },
      })
    ).body;
  await stage.tick({ symbol: SYMBOL, bid: '110', ask: '110', volume: '4' });
  await stage.quotesAreFresh();
  expect((await place(SALE)).code).toBe('short-selling-not-allowed');
  await stage.admin.send('PUT', `/v1/profiles/${profileId}/trading-limits`, {
    body: { shortSelling: true },
    headers: { 'if-match': '*' },
  });
  const { body: preview } = await stage.trader.post<OrderPreview>('/v1/orders/preview', { profileId, ...SALE });
  // The collar above 110 is 115.50, one and a half times that 173.25: 693.00 for four, and 0.70 for the fee.
  expect(preview).toMatchObject({ verdict: 'placed', holdUnits: '69370' });
  await place(SALE);
  await until('the sale is settled', async () => (await stage.capital(profileId)).fees === '0.44');
  expect(await stage.capital(profileId)).toMatchObject({
    reservedForOrders: '0.00',
    reservedForPositions: '693.00',
    realizedPnl: '0.00',
    available: '9306.56',
  });
  const { items: positions } = await stage.trader.get<PositionList>(`/v1/profiles/${profileId}/positions`);
  expect(positions).toMatchObject([{ quantity: '-4', cost: '-440.00', collateral: '693.00' }]);

  await stage.tick({ symbol: SYMBOL, bid: '99', ask: '99', volume: '4' });
  await stage.quotesAreFresh();
  await place(PURCHASE);
  await until('the purchase is settled', async () => (await stage.capital(profileId)).fees === '0.84');
  expect(await stage.capital(profileId)).toMatchObject({
    reservedForPositions: '0.00',
    realizedPnl: '44.00',
    shortfall: '0.00',
    available: '10043.16',
  });
  const trade = await until('the trade is history', async () => {
    const { items } = await stage.trader.get<TradePage>(`/v1/profiles/${profileId}/trades`);
    return items[0];
  });
  expect(trade).toMatchObject({ direction: 'short', cost: '396.00', proceeds: '440.00', realizedPnl: '44.00' });
  const { body: verdict } = await stage.admin.send<{ findings: unknown[] }>(
    'GET',
    `/v1/profiles/${profileId}/capital/verify`,
  );
  expect(verdict.findings).toEqual([]);
}
