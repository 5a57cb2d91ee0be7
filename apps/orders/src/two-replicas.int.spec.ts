import { brokerKeyOf, newRequestId } from '@ballast/contracts';
import type { OrderReplaceRequestedV1 } from '@ballast/contracts/orders';
import type { RunningService } from '@ballast/service-host';
import { VenueRejected } from '@ballast/venue';
import { CancelAtVenue } from './cancel-at-venue.js';
import { playParking } from '../../../libs/service-host/src/parking-fixture.js';
import type { ParkingScene } from '../../../libs/service-host/src/parking-fixture.js';
import { RecordExecution } from './record-execution.js';
import { ReplaceAtVenue } from './replace-at-venue.js';
import { RejectOrder } from './reject-order.js';
import { SubmitOrder } from './submit-order.js';
import { Answer } from './testing/answer.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';
import { meetAtCommits } from './testing/meeting.js';
import { ASKED, SENT, TAKEN, watching } from './testing/watched-replacements.js';

describe('two replicas of orders', () => {
  let bench: Bench;
  let other: RunningService;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
    other = await bench.startReplica();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
    await rememberBook();
  });
  afterAll(() => bench.close());

  const askOther = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${other.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${profile.token}`,
        ...(body && { 'content-type': 'application/json', 'idempotency-key': newRequestId(Date.now()) }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  /** From now on the other replica has the book in memory and hears nothing of what happens to it. */
  const rememberBook = async (): Promise<void> => {
    expect((await askOther('GET', `/v1/books/${profile.profileId}`)).status).toBe(200);
  };
  const stateOf = async (orderId: string): Promise<string> => (await bench.order(profile, orderId)).state;

  it('submit an order that the other one has placed', async () => {
    const { body } = await bench.place(profile);
    await other.app.get(SubmitOrder, { strict: false }).execute(body);
    expect(await stateOf(body.orderId)).toBe('open');
  });

  it('cancel an order that the other one has placed', async () => {
    const { body } = await bench.place(profile);
    const answer = await askOther('DELETE', `/v1/orders/${body.orderId}`);
    expect([answer.status, await stateOf(body.orderId)]).toEqual([202, 'cancelled']);
  });

  it('record an execution of an order that the other one has placed, once', async () => {
    const { body } = await bench.place(profile);
    await bench.orders.app.get(SubmitOrder, { strict: false }).execute(body);
    const brokerKey = bench.venue.received.at(-1)?.brokerKey ?? '';
    const execution = await bench.venue.execute(brokerKey, '4', '99', { misses: true });
    const both = [other, bench.orders].map(({ app }) => app.get(RecordExecution, { strict: false }));
    await Promise.all(both.map((record) => record.execute(body, execution)));
    expect(await bench.order(profile, body.orderId)).toMatchObject({ filledQuantity: '4', executions: 1 });
  });

  it('ask the broker to cancel an order whose submission the other one saw answered', async () => {
    const { body } = await bench.place(profile);
    bench.venue.beforeAnswer = rememberSubmitting(body.orderId);
    await bench.orders.app.get(SubmitOrder, { strict: false }).execute(body);
    bench.venue.beforeAnswer = undefined;
    const before = bench.venue.cancelled.length;
    await other.app.get(CancelAtVenue, { strict: false }).execute(body);
    expect(bench.venue.cancelled).toHaveLength(before + 1);
  });

  /** Makes the other replica read the book while the order is being submitted. */
  const rememberSubmitting = (orderId: string) => async (): Promise<void> => {
    const execute = (): Promise<void> =>
      other.app.get(CancelAtVenue, { strict: false }).execute({ profileId: profile.profileId, orderId });
    await expect(execute()).rejects.toMatchObject({ code: 'order-not-answered-yet' });
  };

  it('do not take the late answer to a first attempt for the answer to a second', async () => {
    const { body } = await bench.place(profile);
    const answers = [new Answer(), new Answer()];
    const [first, second] = answers;
    bench.venue.beforeAnswer = () => answers.shift()?.awaited ?? Promise.resolve();
    bench.venue.hidesOrders = true;
    const submit = (service: RunningService) => service.app.get(SubmitOrder, { strict: false }).execute(body);
    const slow = submit(bench.orders);
    await until('the first attempt is at the broker', () => answers.length === 1);
    await until('it is sent again', async () => {
      void submit(other).catch(() => undefined);
      return answers.length === 0;
    });
    first?.reject(new VenueRejected('40310000', 'insufficient buying power'));
    await slow;
    expect(['submitting', 'unknown']).toContain(await stateOf(body.orderId));
    bench.venue.hidesOrders = false;
    second?.resolve();
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
  });

  describe('amend an order', () => {
    const { viewOf, answered, asksOf, settles, lastDataOf } = watching(
      () => bench,
      () => profile,
    );
    afterEach(() => jest.restoreAllMocks());

    /** Both ask for a price at the same moment, and the second to commit has decided from the order as it was. */
    const ask = async (order: { orderId: string }, ifMatch?: string) => {
      meetAtCommits({ service: bench.orders, type: ASKED }, { service: other, type: ASKED });
      const headers = ifMatch === undefined ? undefined : { 'if-match': ifMatch };
      const [winner, loser] = await Promise.all([
        bench.replace(profile, order, { limitPrice: '102' }, ifMatch === undefined ? {} : { ifMatch }),
        askOther('PATCH', `/v1/orders/${order.orderId}`, { limitPrice: '101' }, headers),
      ]);
      const { code } = (await loser.json()) as { code?: string };
      return [winner.status, loser.status, code];
    };

    it.each([
      ['of whatever version', false, [202, 409, 'order-not-open']],
      ['of the version that both have seen', true, [202, 412, 'precondition-failed']],
    ])('%s at once: one is asked for, and the broker is asked for it once', async (_name, isSeen, answers) => {
      const order = await bench.resting(profile);
      const { version } = await viewOf(order);
      expect(await ask(order, isSeen ? `"${version}"` : undefined)).toEqual(answers);
      // 10 at 102, 0.1 % of that, and a cent for each rounding: of two orders, and of what is left where one is filled.
      expect(await lastDataOf(order, ASKED)).toMatchObject({ revision: 1, limitPrice: '102', holdUnits: '102106' });
      meetAtCommits({ service: bench.orders, type: SENT }, { service: other, type: SENT });
      // The ledger's word comes to both: the one that is late finds that the broker is asked, and looks.
      const both = [bench.orders, other].map(({ app }) => app.get(ReplaceAtVenue, { strict: false }));
      await Promise.allSettled(both.map((replace) => replace.execute(order, 1)));
      await answered(order);
      await settles(order, ASKED, SENT, TAKEN);
      expect(asksOf(order).map(({ brokerKey }) => brokerKey)).toEqual([brokerKeyOf(order.orderId, 1)]);
      expect(await viewOf(order)).toMatchObject({ limitPrice: '102', state: 'open' });
      expect(await lastDataOf(order, TAKEN)).toMatchObject({ holdUnits: '102102' });
    });

    it.each([
      ['first', '4'],
      ['last', '4'],
      ['first', '10'],
      ['last', '10'],
    ])('that the other one records a fill of, %s committed, of %s', async (place, quantity) => {
      const order = await bench.resting(profile);
      const fill = await bench.venue.execute(order.brokerKey, quantity, '100', { misses: true });
      const amends = { service: bench.orders, type: ASKED };
      const records = { service: other, type: 'order.executed.v1' };
      meetAtCommits(...(place === 'first' ? [records, amends] : [amends, records]));
      const record = other.app.get(RecordExecution, { strict: false });
      const [answer] = await Promise.all([
        bench.replace(profile, order, { quantity: '12' }),
        record.execute(order, fill),
      ]);
      expect(answer.status).toBe(quantity === '10' && place === 'first' ? 409 : 202);
      if (quantity === '10') {
        expect(await viewOf(order)).toMatchObject({ state: 'filled', quantity: '10', pendingReplace: false });
        expect(asksOf(order)).toEqual([]);
        return;
      }
      // What must be held is for the rest of 12 at 100: all of it, or the 8 that are left of it, and a cent for each rounding.
      const { executions, holdUnits } = (await lastDataOf(order, ASKED)) as OrderReplaceRequestedV1;
      expect([executions, holdUnits]).toEqual(place === 'first' ? [1, '80084'] : [0, '120124']);
      await bench.orders.app.get(ReplaceAtVenue, { strict: false }).execute(order, 1);
      expect(await viewOf(order)).toMatchObject({ quantity: '12', filledQuantity: '4', pendingReplace: false });
      const rest = await bench.venue.execute(brokerKeyOf(order.orderId, 1), '8', '100', { misses: true });
      await record.execute(order, rest);
      expect(await viewOf(order)).toMatchObject({ state: 'filled', filledQuantity: '12', executions: 2 });
    });

    it.each(['first', 'last'])('that the other one is to cancel, %s committed', async (place) => {
      const order = await bench.resting(profile);
      const before = bench.venue.cancelled.length;
      const amends = { service: bench.orders, type: ASKED };
      const cancels = { service: other, type: 'order.cancel-requested.v1' };
      meetAtCommits(...(place === 'first' ? [cancels, amends] : [amends, cancels]));
      const [amended, cancelled] = await Promise.all([
        bench.replace(profile, order, { limitPrice: '101' }),
        askOther('DELETE', `/v1/orders/${order.orderId}`),
      ]);
      expect([amended.status, cancelled.status]).toEqual([place === 'first' ? 409 : 202, 202]);
      expect(await viewOf(order)).toMatchObject({
        ...{ pendingCancel: true, pendingReplace: false, limitPrice: '100' },
        ...(place === 'first' ? {} : { replaceRefusal: { code: 'replace-withdrawn' } }),
      });
      // Its capital comes too late.
      await bench.orders.app.get(ReplaceAtVenue, { strict: false }).execute(order, 1);
      await until('the broker is asked to cancel', () => bench.venue.cancelled.length > before);
      await bench.venue.end(order.brokerKey, 'cancelled');
      await until('it ended', async () => (await stateOf(order.orderId)) === 'cancelled');
      expect(asksOf(order)).toEqual([]);
    });
  });

  describe('that cannot handle the messages of an order', () => {
    /** Held, declined, held again, in the order in which they were handled. */
    const handled: { orderId: string; message: 'held' | 'declined' }[] = [];
    let poisoned: string | undefined;
    const unlessPoisoned = async (orderId: string, message: 'held' | 'declined', execute: () => Promise<void>) => {
      if (orderId === poisoned) throw new TypeError('a bug in this release');
      await execute();
      handled.push({ orderId, message });
    };
    afterEach(() => jest.restoreAllMocks());

    it('park that order alone with what comes after it, and the other one redrives it in order', async () => {
      const replicas = [bench.orders, other] as const;
      for (const { app } of replicas) {
        const [submit, reject] = [app.get(SubmitOrder, { strict: false }), app.get(RejectOrder, { strict: false })];
        const [submits, rejects] = [submit.execute.bind(submit), reject.execute.bind(reject)];
        jest
          .spyOn(submit, 'execute')
          .mockImplementation((key, units) => unlessPoisoned(key.orderId, 'held', () => submits(key, units)));
        jest
          .spyOn(reject, 'execute')
          .mockImplementation((declined) => unlessPoisoned(declined.orderId, 'declined', () => rejects(declined)));
      }
      const place = async (symbol: string): Promise<string> => (await bench.place(profile, { symbol })).body.orderId;
      const { profileId } = profile;
      const [bad, good] = [await place('AAPL'), await place('MSFT')];
      const scene: ParkingScene = {
        service: 'orders',
        replicas,
        operatorToken: await bench.tokenFor('operator'),
        poison: (orderId) => (poisoned = orderId),
        send: (orderId, nth) =>
          nth === 2 ? bench.decline({ orderId, profileId }) : bench.hold({ orderId, profileId }),
        effects: (orderId) => {
          const messages = handled.filter((one) => one.orderId === orderId).map(({ message }) => message);
          return messages.map((message, index) => (message === 'declined' ? 2 : index === 0 ? 1 : 3));
        },
      };
      await playParking(scene, { bad, good });
      expect([await stateOf(bad), await stateOf(good)]).toEqual(['open', 'open']);
    });
  });
});
