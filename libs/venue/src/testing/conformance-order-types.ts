import { decimal } from '@ballast/money';
import { VenueRejected, type VenueOrderRequest } from '../index.js';
import type { Stage } from './venue-conformance.js';
import type { Feature } from './venue-features.js';

const sell = { side: 'sell', limitPrice: undefined } as const;
const exits = { takeProfit: { limitPrice: decimal('110') }, stopLoss: { stopPrice: decimal('90') } };
const stopPrice = decimal('95');

/** An order of each kind that a venue may lack. */
const ORDER_OF: Partial<Record<Feature, Partial<VenueOrderRequest>>> = {
  'stop orders': { ...sell, type: 'stop', stopPrice },
  'stop-limit orders': { side: 'sell', type: 'stop-limit', stopPrice, limitPrice: decimal('94') },
  'trailing-stop orders': { ...sell, type: 'trailing-stop', trailPrice: decimal('2') },
  'market-if-touched orders': { ...sell, type: 'market-if-touched', stopPrice: decimal('105') },
  'day orders': { timeInForce: 'day' },
  'ioc orders': { timeInForce: 'ioc' },
  'fok orders': { timeInForce: 'fok' },
  'gtd orders': { timeInForce: 'gtd', expiresAt: new Date(8.64e15) },
  'bracket orders': { orderClass: 'bracket', exits },
  'oco orders': { side: 'sell', limitPrice: decimal('110'), orderClass: 'oco', exits },
  'oto orders': { orderClass: 'oto', exits: { takeProfit: exits.takeProfit } },
  'post-only orders': { postOnly: true, limitPrice: decimal('99') },
  'orders by notional': { timeInForce: 'day', notional: decimal('1000') },
};

/** Orders beyond plain ones: what is offered behaves, and what is not offered is refused before it is sent. */
export function orderTypes(stage: Stage): void {
  const status = async (brokerKey: string): Promise<string | undefined> =>
    (await stage.venue.lookup(brokerKey))?.status;
  const own = async (): Promise<void> => {
    await stage.price('99', '100', '10');
    await stage.venue.submit(stage.order());
    await stage.price('99', '100');
  };

  describe('order types', () => {
    it('that are not offered are refused before they are sent', async () => {
      const lacking = Object.keys(stage.subject.lacks) as Feature[];
      for (const change of lacking.flatMap((feature) => ORDER_OF[feature] ?? [])) {
        const request = stage.order(change);
        await stage.bench.faults({ kind: 'server-error', status: 500, operation: 'submit' });
        const refused = stage.venue.submit(request);
        await expect(refused).rejects.toBeInstanceOf(VenueRejected);
        await expect(refused).rejects.toMatchObject({ code: expect.stringContaining('not-offered') });
        await expect(stage.bench.pending()).resolves.toBe(1);
        await stage.bench.heal();
      }
    });

    stage.itHas('ioc orders', 'ioc trades what it can at once and ends with the rest', async () => {
      await stage.price('99', '100', '4');
      const { brokerKey } = await stage.venue.submit(stage.order(ORDER_OF['ioc orders']));
      const order = await stage.venue.lookup(brokerKey);
      expect(order).toMatchObject({ filledQuantity: decimal('4'), status: 'cancelled' });
    });

    stage.itHas('fok orders', 'fok trades whole or not at all', async () => {
      await stage.price('99', '100', '9');
      const none = await stage.venue.submit(stage.order(ORDER_OF['fok orders']));
      expect(none.filledQuantity).toEqual(decimal('0'));
      expect(await status(none.brokerKey)).toBe('cancelled');
      await stage.price('99', '100', '10');
      await expect(stage.venue.submit(stage.order(ORDER_OF['fok orders']))).resolves.toMatchObject({
        status: 'filled',
      });
    });

    stage.itHas('stop orders', 'stop sleeps until the market is there, then sells at what it finds', async () => {
      await own();
      const { brokerKey } = await stage.venue.submit(stage.order(ORDER_OF['stop orders']));
      await stage.price('95.01', '96', '10');
      expect(await status(brokerKey)).toBe('open');
      await stage.price('94.5', '95', '10');
      await expect(stage.venue.lookup(brokerKey)).resolves.toMatchObject({
        status: 'filled',
        averagePrice: decimal('94.5'),
      });
    });

    stage.itHas('stop-limit orders', 'stop-limit wakes like a stop and never sells below its limit', async () => {
      await own();
      const { brokerKey } = await stage.venue.submit(stage.order(ORDER_OF['stop-limit orders']));
      await stage.price('96', '97', '10');
      expect(await status(brokerKey)).toBe('open');
      await stage.price('93.99', '95', '10');
      expect(await status(brokerKey)).toBe('open');
      await stage.price('94', '95', '10');
      await expect(stage.venue.lookup(brokerKey)).resolves.toMatchObject({
        status: 'filled',
        averagePrice: decimal('94'),
      });
    });

    stage.itHas('trailing-stop orders', 'trailing-stop follows the market up and not down', async () => {
      await own();
      const { brokerKey } = await stage.venue.submit(stage.order(ORDER_OF['trailing-stop orders']));
      await stage.price('103', '104');
      await stage.price('101.5', '102', '10');
      await expect(stage.venue.lookup(brokerKey)).resolves.toMatchObject({ status: 'open', stopPrice: decimal('101') });
      await stage.price('101', '102', '10');
      expect(await status(brokerKey)).toBe('filled');
    });

    stage.itHas(
      'post-only orders',
      'post-only is refused where it would take, also with other terms, and else rests until it is met',
      async () => {
        await stage.price('99', '100', '10');
        const taking = stage.order({ ...ORDER_OF['post-only orders'], limitPrice: decimal('100') });
        await expect(stage.venue.submit(taking)).rejects.toBeInstanceOf(VenueRejected);
        await expect(stage.venue.lookup(taking.brokerKey)).resolves.toBeUndefined();
        const { brokerKey, venueOrderId } = await stage.venue.submit(stage.order(ORDER_OF['post-only orders']));
        expect(await status(brokerKey)).toBe('open');
        const other = { brokerKey: stage.bench.key(), limitPrice: decimal('100') };
        await expect(stage.venue.replace(venueOrderId, other)).rejects.toBeInstanceOf(VenueRejected);
        await stage.venue.replace(venueOrderId, { ...other, limitPrice: decimal('98.5') });
        expect([await status(brokerKey), await status(other.brokerKey)]).toEqual(['replaced', 'open']);
        await stage.price('98', '98.5', '10');
        await expect(stage.venue.lookup(other.brokerKey)).resolves.toMatchObject({
          status: 'filled',
          averagePrice: decimal('98.5'),
        });
      },
    );

    stage.itHas(
      'bracket orders',
      'bracket holds its exits until the entry has filled, and one ends the other',
      async () => {
        const { brokerKey } = await stage.venue.submit(stage.order(ORDER_OF['bracket orders']));
        await stage.price('99', '100', '10');
        expect(await status(brokerKey)).toBe('filled');
        const open = await stage.venue.openOrders();
        expect(open.map(({ side }) => side)).toContain('sell');
        await stage.price('110', '111', '10');
        await expect(stage.venue.openOrders()).resolves.toEqual([]);
      },
    );
  });
}
