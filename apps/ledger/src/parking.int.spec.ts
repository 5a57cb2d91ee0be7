import { newUserId } from '@ballast/contracts';
import type { ParkedAggregateList, ParkedMessageList, RedriveView } from '@ballast/contracts/parked';
import type { RunningService } from '@ballast/service-host';
import { EndHold } from './end-hold.js';
import { PostExecution } from './post-execution.js';
import { ask, bearer, startBench, until } from './testing/bench.js';
import type { Answer, Bench, TestProfile } from './testing/bench.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

const HOLD = { intent: 'entry', quantity: '10', holdUnits: '100100' } as const;
const FILL = { quantity: '10', price: '100', fee: '1' } as const;

describe('an order whose execution the ledger cannot handle', () => {
  let bench: Bench;
  let replicas: RunningService[];
  let operator: string;
  let poisoned: Set<string>;

  beforeAll(async () => {
    bench = await startBench();
    replicas = [bench.ledger, await bench.startReplica()];
    operator = await bench.tokenFor(newUserId(Date.now()), 'operator');
  });
  afterAll(() => bench.close());

  beforeEach(() => {
    poisoned = new Set();
    for (const { app } of replicas) {
      const postExecution = app.get(PostExecution);
      const execute = postExecution.execute.bind(postExecution);
      jest.spyOn(postExecution, 'execute').mockImplementation(async (data, eventId) => {
        if (poisoned.has(data.orderId)) throw new TypeError('a bug in this release');
        return execute(data, eventId);
      });
    }
  });
  afterEach(() => jest.restoreAllMocks());

  const admin = <Body>(path: string, { url }: RunningService, body?: object, method = 'POST'): Promise<Answer<Body>> =>
    ask<Body>(`${url}/v1/admin/${path}`, {
      method,
      headers: { ...bearer({ token: operator }), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const list = async (service = bench.ledger) =>
    (await admin<ParkedAggregateList>('parked/ledger', service, undefined, 'GET')).body.items;
  const show = async (subject: string, service = bench.ledger) =>
    (await admin<ParkedMessageList>(`parked/ledger/${subject}`, service, undefined, 'GET')).body.items;
  const redrive = (subject: string, service: RunningService) =>
    admin<RedriveView>(`parked/ledger/${subject}/redrive`, service);
  const factsOf = (profile: TestProfile) =>
    bench
      .published(profile.profileId)
      .filter(({ type }) => type.startsWith('ledger.'))
      .map(({ type }) => type)
      .sort();

  async function fundedProfile(): Promise<TestProfile> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '10000.00');
    return profile;
  }

  /** An order whose execution is parked, with its end behind it where that is said. */
  async function parkedOrder(profile: TestProfile): Promise<OrderScript> {
    const order = new OrderScript(profile, HOLD);
    poisoned.add(order.orderId);
    await bench.publish('orders', order.placed(), order.executed(FILL));
    await until('its parking', async () => (await list()).some(({ subject }) => subject === order.orderId));
    return order;
  }

  it('is parked with what comes after it, while the other orders of its profile go on; redriven in order, it is as if nothing had been', async () => {
    const profile = await fundedProfile();
    const bad = await parkedOrder(profile);
    await until('both replicas know', async () =>
      (await Promise.all(replicas.map(list))).every(({ length }) => length === 1),
    );
    const good = new OrderScript(profile, HOLD);
    await bench.publish('orders', bad.ended(), good.placed(), good.executed(FILL));
    await until('the end of it is parked too', async () => (await show(bad.orderId)).length === 2);
    await until('the other order is posted', async () => (await bench.capital(profile)).body.fees === '1.00');
    const [aggregate] = await list();
    expect(aggregate).toMatchObject({
      subject: bad.orderId,
      partitionkey: profile.profileId,
      messages: 2,
      reason: 'TypeError',
    });
    expect((await show(bad.orderId)).map(({ messageId }) => messageId)).toEqual([
      `orders:${bad.orderId}:2`,
      `orders:${bad.orderId}:3`,
    ]);

    const inVain = await redrive(bad.orderId, replicas[1]!);
    expect(inVain.body).toMatchObject({ redriven: 0, left: 2, stopped: expect.stringContaining('TypeError') });
    poisoned.clear();
    expect((await redrive(bad.orderId, replicas[1]!)).body).toEqual({ redriven: 2, left: 0 });
    expect(await list()).toEqual([]);
    expect((await redrive(bad.orderId, bench.ledger)).status).toBe(404);
    const { body } = await bench.capital(profile);
    expect(body).toMatchObject({ reservedForOrders: '0.00', reservedForPositions: '2000.00', fees: '2.00' });
    expect((await bench.ledger.app.get(VerifyLedger).execute(profile.profileId))?.findings).toEqual([]);
    await until('its story is published', () => factsOf(profile).length === 3);
    expect(factsOf(profile)).toEqual([
      'ledger.message-parked.v1',
      'ledger.message-redriven.v1',
      'ledger.message-redriven.v1',
    ]);
  });

  it('is handled once when two replicas are asked to redrive it at once', async () => {
    const profile = await fundedProfile();
    const bad = await parkedOrder(profile);
    poisoned.clear();
    const ends = jest.spyOn(bench.ledger.app.get(EndHold), 'execute');
    const answers = await Promise.all(replicas.map((replica) => redrive(bad.orderId, replica)));
    expect(answers.reduce((sum, { status, body }) => sum + (status === 200 ? body.redriven : 0), 0)).toBe(1);
    await until('it is off the list', async () => (await list()).length === 0);
    expect((await bench.capital(profile)).body).toMatchObject({ reservedForPositions: '1000.00', fees: '1.00' });
    expect(ends).not.toHaveBeenCalled();
    await until('it is told once', () => factsOf(profile).length === 2);
  });

  it('is still parked for a replica that starts later, and what comes then waits too', async () => {
    const profile = await fundedProfile();
    const bad = await parkedOrder(profile);
    const later = await bench.startReplica();
    replicas.push(later);
    expect((await show(bad.orderId, later)).length).toBe(1);
    await bench.publish('orders', bad.ended());
    await until('the end is parked', async () => (await show(bad.orderId, later)).length === 2);
    poisoned.clear();
    expect((await redrive(bad.orderId, later)).body).toEqual({ redriven: 2, left: 0 });
  });

  it('is given up by message, with a reason, where a person says so', async () => {
    const profile = await fundedProfile();
    const bad = await parkedOrder(profile);
    const drop = (messageId: string) =>
      admin<RedriveView>(`parked/ledger/${bad.orderId}/drop`, bench.ledger, { messageId, reason: 'sent twice' });
    expect((await drop('orders:nothing:1')).status).toBe(404);
    expect((await drop(`orders:${bad.orderId}:2`)).body).toEqual({ redriven: 0, left: 0 });
    expect((await drop(`orders:${bad.orderId}:2`)).status).toBe(404);
    await until('it is told', () => factsOf(profile).includes('ledger.message-dropped.v1'));
    expect(await list()).toEqual([]);
  });

  it('is nobody’s business but an operator’s, and this service’s', async () => {
    const trader = { headers: bearer({ token: await bench.tokenFor(newUserId(Date.now()), 'trader') }) };
    expect((await ask(`${bench.ledger.url}/v1/admin/parked/ledger`, trader)).status).toBe(403);
    expect((await admin('parked/orders', bench.ledger, undefined, 'GET')).status).toBe(404);
    expect((await admin('dead-letters/orders', bench.ledger, undefined, 'GET')).status).toBe(404);
  });

  it('goes to the dead letters when it does not say what it is about, and is dropped from there', async () => {
    const { topic, subscription } = { topic: 'orders', subscription: 'ledger' };
    await bench.publishRaw(topic, {
      messageId: 'foreign',
      body: 'hello',
      applicationProperties: { cloudEvents_type: 'order.ended.v1' },
    });
    type Letters = { items: { messageId: string; sequenceNumber: string; reason: string }[] };
    const letters = async () =>
      (await admin<Letters>('dead-letters/ledger', bench.ledger, undefined, 'GET')).body.items;
    await until('it is dead-lettered', async () => (await letters()).length === 1);
    const [letter] = await letters();
    expect(letter).toMatchObject({ messageId: 'foreign', topic, subscription, reason: 'UnreadableEvent' });
    expect((await admin<RedriveView>('dead-letters/ledger/redrive', bench.ledger)).body).toEqual({
      redriven: 0,
      left: 1,
    });
    const body = { topic, sequenceNumber: letter!.sequenceNumber, reason: 'not ours' };
    expect((await admin<RedriveView>('dead-letters/ledger/drop', bench.ledger, body)).status).toBe(200);
    expect(await letters()).toEqual([]);
    expect((await admin<RedriveView>('dead-letters/ledger/drop', bench.ledger, body)).status).toBe(404);
  });
});
