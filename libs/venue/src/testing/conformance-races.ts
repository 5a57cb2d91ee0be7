import { Decimal, decimal } from '@ballast/money';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from '../index.js';
import type { Stage } from './venue-conformance.js';

const RACES = 5;

/** What runs into each other, and what comes after its time. */
export function races(stage: Stage): void {
  const filledBy = async (since: Date, ...venueOrderIds: string[]): Promise<Decimal> => {
    const executions = await stage.venue.executionsSince(since);
    const ours = executions.filter(({ venueOrderId }) => venueOrderIds.includes(venueOrderId));
    return Decimal.sum(0, ...ours.map(({ quantity }) => quantity));
  };

  describe('races', () => {
    it('of a cancellation and a fill end in one of the two', async () => {
      for (let race = 0; race < RACES; race += 1) {
        const since = new Date();
        const { brokerKey, venueOrderId } = await stage.venue.submit(stage.order());
        const [said] = await Promise.all([stage.venue.cancel(venueOrderId), stage.price('99', '100', '10')]);
        const order = await stage.venue.lookup(brokerKey);
        expect([said, order?.status]).toEqual(
          order?.status === 'filled' ? ['already-terminal', 'filled'] : ['accepted', 'cancelled'],
        );
        expect((await filledBy(since, venueOrderId)).toFixed()).toBe(order?.status === 'filled' ? '10' : '0');
        await stage.price('99', '100');
      }
    });

    it('of a fill and the end of its order are lost by neither: a fill after the cancellation counts', async () => {
      const since = new Date();
      const { brokerKey, venueOrderId } = await stage.venue.submit(stage.order());
      await stage.bench.faults({ kind: 'late-fill', quantity: '4', clientOrderId: brokerKey });
      await expect(stage.venue.cancel(venueOrderId)).resolves.toBe('accepted');
      const order = await stage.venue.lookup(brokerKey);
      expect(order).toMatchObject({ status: 'cancelled', filledQuantity: decimal('4') });
      expect((await filledBy(since, venueOrderId)).toFixed()).toBe('4');
    });

    stage.itHas('replacing orders', 'a replaced order leaves its place to another with the changes', async () => {
      await stage.price('99', '100', '4');
      const first = await stage.venue.submit(stage.order());
      const change = { brokerKey: stage.bench.key(), quantity: decimal('8'), limitPrice: decimal('99.5') };
      const second = await stage.venue.replace(first.venueOrderId, change);
      expect(second).toMatchObject({ brokerKey: change.brokerKey, status: 'open', limitPrice: decimal('99.5') });
      expect(second.quantity).toEqual(decimal('4'));
      await expect(stage.venue.lookup(first.brokerKey)).resolves.toMatchObject({
        status: 'replaced',
        replacedBy: second.venueOrderId,
      });
      await expect(stage.venue.replace(first.venueOrderId, change)).rejects.toBeInstanceOf(VenueRejected);
    });

    stage.itHas('replacing orders', 'of a replacement and a fill never trade more than the whole', async () => {
      for (let race = 0; race < RACES; race += 1) {
        const since = new Date();
        const first = await stage.venue.submit(stage.order());
        const change = { brokerKey: stage.bench.key(), quantity: decimal('12') };
        const replacing = stage.venue.replace(first.venueOrderId, change).catch((error: unknown) => error);
        const [said] = await Promise.all([replacing, stage.price('99', '100', '7')]);
        await stage.price('99', '100', '100');
        const second = await stage.venue.lookup(change.brokerKey);
        if (second === undefined) expect(said).toBeInstanceOf(VenueRejected);
        const ids = [first.venueOrderId, ...(second ? [second.venueOrderId] : [])];
        expect((await filledBy(since, ...ids)).toFixed()).toBe(second ? '12' : '10');
        await stage.price('99', '100');
      }
    });

    stage.itHas('replacing orders', 'a replacement whose answer is lost is unknown, and its key tells', async () => {
      const first = await stage.venue.submit(stage.order());
      await stage.bench.faults({ kind: 'lost-answer', operation: 'replace', answer: 'drop' });
      const change = { brokerKey: stage.bench.key(), limitPrice: decimal('98') };
      await expect(stage.venue.replace(first.venueOrderId, change)).rejects.toBeInstanceOf(VenueOutcomeUnknown);
      await expect(stage.venue.lookup(change.brokerKey)).resolves.toMatchObject({
        status: 'open',
        limitPrice: decimal('98'),
        replaces: first.venueOrderId,
      });
    });

    it('a cancellation whose answer is lost is done all the same', async () => {
      const { venueOrderId } = await stage.venue.submit(stage.order());
      await stage.bench.faults({ kind: 'lost-answer', operation: 'cancel', answer: 'drop' });
      await expect(stage.venue.cancel(venueOrderId)).rejects.toBeInstanceOf(VenueUnavailable);
      await expect(stage.venue.cancel(venueOrderId)).resolves.toBe('already-terminal');
    });
  });
}
