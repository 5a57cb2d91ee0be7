import type { RunningService } from '@ballast/service-host';
import { VenueRejected } from '@ballast/venue';
import { CancelAtVenue } from './cancel-at-venue.js';
import { playParking } from '../../../libs/service-host/src/parking-fixture.js';
import type { ParkingScene } from '../../../libs/service-host/src/parking-fixture.js';
import { RecordExecution } from './record-execution.js';
import { RejectOrder } from './reject-order.js';
import { SubmitOrder } from './submit-order.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

/** An answer of the broker that comes when the test says so. */
class Answer {
  resolve: () => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  readonly awaited = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

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

  const askOther = (method: string, path: string): Promise<Response> =>
    fetch(`${other.url}${path}`, { method, headers: { authorization: `Bearer ${profile.token}` } });
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
