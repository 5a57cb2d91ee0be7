import { decimal } from '@ballast/money';
import { VenueRejected } from '../index.js';
import { SYMBOL, type Stage } from './venue-conformance.js';

const ONE_ON_OFFER = { bid: '99', ask: '100', volume: '1' };
const FUTURE_MS = 60_000;
/** Characters of the names that our orders have. */
const KEY_CHARS = 36;

/** What becomes of plain orders. */
export function orders(stage: Stage): void {
  describe('orders', () => {
    it('that the market can fill are filled at once, at its price', async () => {
      await stage.price('99', '99.5', '10');
      const request = stage.order();
      const submitted = await stage.venue.submit(request);
      expect(submitted).toMatchObject({ brokerKey: request.brokerKey, symbol: request.symbol, side: 'buy' });
      expect(submitted).toMatchObject({ status: 'filled', filledQuantity: decimal('10') });
      expect(submitted.averagePrice).toEqual(decimal('99.5'));
      await expect(stage.venue.lookup(request.brokerKey)).resolves.toMatchObject({
        venueOrderId: submitted.venueOrderId,
        status: 'filled',
      });
      await expect(stage.venue.find(submitted.venueOrderId)).resolves.toMatchObject({ brokerKey: request.brokerKey });
    });

    it('at the market are filled whatever the price', async () => {
      await stage.price('99', '123.45', '10');
      const bought = await stage.venue.submit(stage.order({ limitPrice: undefined }));
      expect(bought).toMatchObject({ status: 'filled', averagePrice: decimal('123.45') });
      await stage.price('98.76', '99', '10');
      const sold = await stage.venue.submit(stage.order({ side: 'sell', limitPrice: undefined }));
      expect(sold).toMatchObject({ status: 'filled', side: 'sell', averagePrice: decimal('98.76') });
    });

    it('rest with what the market could not fill until they are cancelled', async () => {
      await stage.price('99', '100', '4');
      const submitted = await stage.venue.submit(stage.order());
      const { venueOrderId, brokerKey } = submitted;
      expect(submitted).toMatchObject({ status: 'partially-filled', filledQuantity: decimal('4') });
      const open = await stage.venue.openOrders();
      expect(open.map((order) => [order.venueOrderId, order.brokerKey])).toEqual([[venueOrderId, brokerKey]]);
      await expect(stage.venue.cancel(venueOrderId)).resolves.toBe('accepted');
      await expect(stage.venue.lookup(brokerKey)).resolves.toMatchObject({ status: 'cancelled' });
      await expect(stage.venue.cancel(venueOrderId)).resolves.toBe('already-terminal');
      await expect(stage.venue.openOrders()).resolves.toEqual([]);
    });

    it('fill in parts that add up, each with what had filled up to it', async () => {
      const since = new Date();
      const { brokerKey, venueOrderId } = await stage.venue.submit(stage.order());
      for (const volume of ['3', '3', '0.0001', '3.9999']) await stage.price('99', '100', volume);
      await expect(stage.venue.lookup(brokerKey)).resolves.toMatchObject({ status: 'filled' });
      const parts = (await stage.venue.executionsSince(since)).filter((each) => each.venueOrderId === venueOrderId);
      expect(parts.map(({ quantity }) => quantity.toFixed())).toEqual(['3', '3', '0.0001', '3.9999']);
      expect(parts.map(({ cumulativeQuantity }) => cumulativeQuantity.toFixed())).toEqual(['3', '6', '6.0001', '10']);
      expect(new Set(parts.map(({ executionId }) => executionId)).size).toBe(4);
    });

    it('have as many executions as they like, oldest first and each once', async () => {
      const since = new Date();
      const { venueOrderId } = await stage.venue.submit(stage.order({ quantity: decimal('230') }));
      await stage.bench.ticks(...Array.from({ length: 230 }, () => ({ ...ONE_ON_OFFER, symbol: SYMBOL })));
      const executions = (await stage.venue.executionsSince(since)).filter(
        (each) => each.venueOrderId === venueOrderId,
      );
      expect(executions.map(({ cumulativeQuantity }) => cumulativeQuantity.toNumber())).toEqual(
        Array.from({ length: 230 }, (_, index) => index + 1),
      );
      expect(executions[0]).toMatchObject({ side: 'buy', price: decimal('100'), fee: decimal('0.1') });
      await expect(stage.venue.executionsSince(new Date(Date.now() + FUTURE_MS))).resolves.toEqual([]);
    });

    it('are named by keys as long as it says that it takes, and by no longer ones', async () => {
      const charsMax = stage.venue.capabilities.brokerKeyCharsMax ?? NaN;
      expect(charsMax).toBeGreaterThanOrEqual(KEY_CHARS);
      for (const chars of [KEY_CHARS, charsMax]) {
        const request = stage.order({ brokerKey: 'A_b-9'.padEnd(chars, 'k') });
        const { venueOrderId } = await stage.venue.submit(request);
        await expect(stage.venue.lookup(request.brokerKey)).resolves.toMatchObject({ venueOrderId });
      }
      const longer = stage.order({ brokerKey: 'k'.repeat(charsMax + 1) });
      await expect(stage.venue.submit(longer)).rejects.toMatchObject({ code: 'broker-key-too-long' });
    });

    it('that were never sent are not known', async () => {
      await expect(stage.venue.lookup('never')).resolves.toBeUndefined();
      await expect(stage.venue.find('7d3c2c6e-0000-4000-8000-000000000000')).resolves.toBeUndefined();
      await expect(stage.venue.cancel('7d3c2c6e-0000-4000-8000-000000000000')).resolves.toBe('not-found');
    });

    stage.itHas(
      'keys that make one order',
      'sent again under the same key are the first one, also after its end',
      async () => {
        const request = stage.order();
        const { venueOrderId } = await stage.venue.submit(request);
        await expect(stage.venue.submit(request)).resolves.toMatchObject({ venueOrderId, status: 'open' });
        await expect(stage.venue.openOrders()).resolves.toHaveLength(1);
        await stage.price('99', '100', '10');
        await expect(stage.venue.submit(request)).resolves.toMatchObject({ venueOrderId, status: 'filled' });
        await expect(stage.venue.openOrders()).resolves.toEqual([]);
      },
    );

    it('that the venue refuses are refused in its own words, and nothing happened', async () => {
      const request = stage.order({ side: 'sell', quantity: decimal('1000000') });
      const refused = stage.venue.submit(request);
      await expect(refused).rejects.toBeInstanceOf(VenueRejected);
      await expect(refused).rejects.toMatchObject({
        code: '40310000',
        message: expect.stringContaining('insufficient qty'),
      });
      await expect(stage.venue.lookup(request.brokerKey)).resolves.toBeUndefined();
    });

    it.each([
      ['of a symbol that it has not', { symbol: 'NOPE/USD' }],
      ['below its smallest quantity', { quantity: decimal('0.00001') }],
      ['between its steps of quantity', { quantity: decimal('1.0000000001') }],
      ['between its steps of price', { limitPrice: decimal('99.999') }],
    ])('%s are refused, not rounded', async (_, change) => {
      const request = stage.order(change);
      await expect(stage.venue.submit(request)).rejects.toBeInstanceOf(VenueRejected);
      await expect(stage.venue.lookup(request.brokerKey)).resolves.toBeUndefined();
    });

    it('keep every digit', async () => {
      await stage.price('0.01', '123456789012.34', '1');
      const quantity = decimal('0.000100001');
      const request = stage.order({ quantity, limitPrice: decimal('123456789012.34') });
      await expect(stage.venue.submit(request)).resolves.toMatchObject({
        status: 'filled',
        filledQuantity: quantity,
        averagePrice: decimal('123456789012.34'),
      });
    });
  });
}
