import { decimal } from '@ballast/money';
import type { Stage } from './venue-conformance.js';
import { eventually, type UpdateLog } from './paper-bench.js';

/** What the stream of updates promises, however the adapter comes by them. */
export function updates(stage: Stage): void {
  const executionIds = (log: UpdateLog): string[] =>
    log.updates.flatMap((update) => (update.kind === 'executed' ? [update.execution.executionId] : []));

  describe('updates', () => {
    it('tell of every execution and of the end, under the ids that the list of executions has', async () => {
      const since = new Date();
      const log = await stage.listen();
      expect(log.stream.connected).toBe(true);
      const { brokerKey, venueOrderId } = await stage.venue.submit(stage.order());
      await stage.price('99', '100', '3');
      await stage.price('99', '100', '2');
      await log.heardExecutions(brokerKey, 2);
      await stage.venue.cancel(venueOrderId);
      await log.heard(brokerKey, 'cancelled');
      const listed = (await stage.venue.executionsSince(since)).filter((each) => each.venueOrderId === venueOrderId);
      const told = log.updates.flatMap((update) => (update.kind === 'executed' ? [update.execution] : []));
      expect(told.map((each) => ({ ...each, brokerKey: undefined }))).toEqual(
        listed.map((each) => ({ ...each, brokerKey: undefined })),
      );
      expect(told.map((each) => each.brokerKey)).toEqual([brokerKey, brokerKey]);
      expect(log.kindsOf(brokerKey).at(-1)).toBe('cancelled');
    });

    it('tell of an order that was filled before anybody saw it open', async () => {
      await stage.price('99', '100', '10');
      const log = await stage.listen();
      const { brokerKey } = await stage.venue.submit(stage.order());
      await log.heardExecutions(brokerKey, 1);
    });

    it('tell of a fill that comes after its order was cancelled', async () => {
      const log = await stage.listen();
      const { brokerKey, venueOrderId } = await stage.venue.submit(stage.order());
      await stage.bench.faults({ kind: 'late-fill', quantity: '4', clientOrderId: brokerKey });
      await stage.venue.cancel(venueOrderId);
      await log.heard(brokerKey, 'cancelled', 'executed');
      const update = log.updates.find(({ kind }) => kind === 'executed');
      expect(update).toMatchObject({ execution: { quantity: decimal('4'), price: decimal('100') } });
    });

    it('flow only after the caller has healed', async () => {
      const healed = deferred();
      const healing = deferred();
      const told: string[] = [];
      const listening = stage.listen({
        onConnected: () => (healing.resolve(), healed.promise),
        onUpdate: async ({ kind }) => void told.push(kind),
      });
      await healing.promise;
      const witness = await stage.listen();
      await stage.price('99', '100', '1');
      const { brokerKey } = await stage.venue.submit(stage.order({ quantity: decimal('1') }));
      await witness.heardExecutions(brokerKey, 1);
      expect(told).toEqual([]);
      healed.resolve();
      const log = await listening;
      await log.heardExecutions(brokerKey, 1);
    });

    it('come back after the stream was lost, and what was missed is among the executions', async () => {
      const since = new Date();
      const log = await stage.listen();
      const { brokerKey, venueOrderId } = await stage.venue.submit(stage.order());
      await log.heard(brokerKey, 'opened');
      await stage.bench.faults(stage.subject.streamFault);
      await eventually(() => log.disconnects > 0, 'the stream is lost');
      await stage.price('99', '100', '3');
      await log.connected(2);
      await stage.price('99', '100', '7');
      await eventually(() => executionIds(log).length > 0, 'an execution after the loss');
      const listed = await stage.venue.executionsSince(since);
      const ours = listed.filter((each) => each.venueOrderId === venueOrderId);
      expect(ours.map(({ quantity }) => quantity.toFixed())).toEqual(['3', '7']);
      expect(ours.map(({ executionId }) => executionId)).toEqual(expect.arrayContaining(executionIds(log)));
    });

    it('that cannot be handled end the stream, so that healing repeats them', async () => {
      let failures = 0;
      const log = await stage.listen({
        onUpdate: () => (failures++ === 0 ? Promise.reject(new Error('not now')) : Promise.resolve()),
      });
      await stage.price('99', '100', '1');
      await stage.venue.submit(stage.order({ quantity: decimal('1') }));
      await log.connected(2);
      expect(log.disconnects).toBeGreaterThanOrEqual(1);
    });

    it('stop with the stream', async () => {
      const log = await stage.listen();
      await log.stream.close();
      expect(log.stream.connected).toBe(false);
      const witness = await stage.listen();
      await stage.price('99', '100', '1');
      const { brokerKey } = await stage.venue.submit(stage.order({ quantity: decimal('1') }));
      await witness.heardExecutions(brokerKey, 1);
      expect(log.updates).toEqual([]);
    });
  });
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
