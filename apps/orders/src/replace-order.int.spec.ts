import { brokerKeyOf } from '@ballast/contracts';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';
import { ASKED, REJECTED, SENT, TAKEN, diesAfterSaying, watching } from './testing/watched-replacements.js';

/** Beyond the time after which the broker's "not found" counts. */
const CERTAIN_MS = 10_000;

describe('other terms of an order', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile(10);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    bench.clock.set(undefined);
    bench.venue.beforeReplace = undefined;
    bench.venue.beforeReplaceAnswer = undefined;
    bench.venue.nextReplace = 'open';
  });
  afterAll(() => bench.close());

  const { viewOf, answered, settles, asksOf, lastDataOf } = watching(
    () => bench,
    () => profile,
  );

  it('that cost no more are asked for at the broker, and the order has them under another name there', async () => {
    const order = await bench.resting(profile);
    const answer = await bench.replace(profile, order, { limitPrice: '99', quantity: '8' });
    expect(answer).toMatchObject({ status: 202, body: { pendingReplace: true, limitPrice: '100', quantity: '10' } });
    await answered(order);
    expect(await viewOf(order)).toMatchObject({ state: 'open', limitPrice: '99', quantity: '8' });
    await settles(order, ASKED, SENT, TAKEN);
    expect(await lastDataOf(order, ASKED)).not.toHaveProperty('holdUnits');
    // 8 at 99, and 0.1 % of that.
    expect(await lastDataOf(order, TAKEN)).toMatchObject({ revision: 1, holdUnits: '79280', filledEarlier: '0' });
    await bench.venue.execute(brokerKeyOf(order.orderId, 1), '8', '99');
    await until('it is filled', async () => (await viewOf(order)).state === 'filled');
    expect(await lastDataOf(order, 'order.executed.v1')).toMatchObject({
      revision: 1,
      orderQuantity: '8',
      fillsOrder: true,
    });
  });

  it('that cost more wait for their capital, and the order stays as it was where there is none', async () => {
    const order = await bench.resting(profile);
    await bench.replace(profile, order, { limitPrice: '101' });
    await until('capital is asked for', () => bench.typesOf(order.orderId).includes(ASKED));
    // 10 at 101, 0.1 % of that, and a cent for each rounding: of two orders, and of what is left where one is filled.
    expect(await lastDataOf(order, ASKED)).toMatchObject({ revision: 1, holdUnits: '101105', executions: 0 });
    await bench.decline({ ...order, revision: 1 });
    await answered(order);
    expect(await viewOf(order)).toMatchObject({
      ...{ state: 'open', limitPrice: '100', replaceRefusal: { code: 'insufficient-capital' } },
    });
    expect(asksOf(order)).toEqual([]);
    await bench.replace(profile, order, { limitPrice: '102' });
    await bench.hold({ ...order, revision: 2 }, 2);
    await answered(order);
    const replaced = await viewOf(order);
    expect(replaced).toMatchObject({ limitPrice: '102' });
    expect(replaced).not.toHaveProperty('replaceRefusal');
    await settles(order, ASKED, REJECTED, ASKED, SENT, TAKEN);
    expect(asksOf(order).map(({ brokerKey }) => brokerKey)).toEqual([brokerKeyOf(order.orderId, 2)]);
  });

  it('are asked for once under one key, and not where the order has changed', async () => {
    const order = await bench.resting(profile);
    const { version } = await viewOf(order);
    const stale = await bench.replace(profile, order, { limitPrice: '99' }, { ifMatch: `"${version - 1}"` });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition-failed']);
    const wrong = await bench.replace(profile, order, { limitPrice: '99' }, { ifMatch: 'yesterday' });
    expect([wrong.status, wrong.body.errors?.[0]?.pointer]).toEqual([400, 'If-Match']);
    const same = { key: 'key-1', ifMatch: `"${version}"` };
    expect((await bench.replace(profile, order, { limitPrice: '101' }, same)).status).toBe(202);
    const other = await bench.replace(profile, order, { limitPrice: '98' });
    expect([other.status, other.body.code]).toEqual([409, 'order-not-open']);
    await bench.hold({ ...order, revision: 1 });
    await answered(order);
    const again = await bench.replace(profile, order, { limitPrice: '101' }, same);
    expect(again).toMatchObject({ status: 202, body: { limitPrice: '101', pendingReplace: false } });
    const reused = await bench.replace(profile, order, { limitPrice: '98' }, same);
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency-key-reused']);
    expect(asksOf(order)).toHaveLength(1);
    const stranger = await bench.replace(await bench.openProfile(), order, { limitPrice: '98' });
    expect(stranger.status).toBe(404);
  });

  it('are refused with a reason that is the answer for ever, and told', async () => {
    const order = await bench.resting(profile);
    const nothing = await bench.replace(profile, order, { limitPrice: '100' }, { key: 'key-2' });
    expect([nothing.status, nothing.body.code]).toEqual([422, 'replaces-nothing']);
    const silly = await bench.replace(profile, order, { trailPrice: '1' });
    expect([silly.status, silly.body.errors?.[0]?.pointer]).toEqual([400, '/trailPrice']);
    expect((await bench.replace(profile, order, {})).status).toBe(400);
    await bench.venue.end(order.brokerKey, 'cancelled');
    await until('it ended', async () => (await viewOf(order)).state === 'cancelled');
    const again = await bench.replace(profile, order, { limitPrice: '100' }, { key: 'key-2' });
    expect([again.status, again.body.code]).toEqual([422, 'replaces-nothing']);
    const late = await bench.replace(profile, order, { limitPrice: '98' });
    expect([late.status, late.body.code]).toEqual([409, 'order-already-ended']);
    await settles(order, REJECTED, 'order.ended.v1');
  });

  it('of its later exits are taken at once, without the broker', async () => {
    const order = await bench.resting(profile, { takeProfitPrice: '110' });
    const answer = await bench.replace(profile, order, { takeProfitPrice: '112' });
    expect(answer).toMatchObject({ status: 202, body: { takeProfitPrice: '112', pendingReplace: false } });
    await bench.venue.execute(order.brokerKey, '4', '100');
    await until('its exits are due', () => bench.typesOf(order.orderId).includes('order.exits-due.v1'));
    expect(await lastDataOf(order, 'order.exits-due.v1')).toMatchObject({ takeProfitPrice: '112', quantity: '4' });
    expect(await lastDataOf(order, TAKEN)).not.toHaveProperty('holdUnits');
    expect(asksOf(order)).toEqual([]);
  });

  it.each([
    ['in part, and the rest has the other terms', '4', 'partially-filled', [SENT, 'order.executed.v1', TAKEN]],
    ['whole, and it stays as it was', '10', 'filled', [SENT, REJECTED, 'order.executed.v1']],
  ] as const)('meet a fill at the broker %s', async (_name, quantity, state, events) => {
    const order = await bench.resting(profile);
    // The fill is there before the request is, and its update is not.
    bench.venue.beforeReplace = async () => {
      await bench.venue.execute(order.brokerKey, quantity, '100', { misses: true });
    };
    expect(await bench.replace(profile, order, { limitPrice: '99' })).toMatchObject({ status: 202 });
    await answered(order);
    await bench.venue.reconnect();
    await until('the fill is known', async () => (await viewOf(order)).state === state);
    const { limitPrice, executions } = await viewOf(order);
    expect([limitPrice, executions]).toEqual([state === 'filled' ? '100' : '99', 1]);
    await settles(order, ASKED, ...events);
    if (state === 'filled') return;
    expect(await lastDataOf(order, TAKEN)).toMatchObject({ filledEarlier: '4', executions: 1, holdUnits: '59462' });
    bench.venue.beforeReplace = undefined;
    // Of 12 in all the broker is asked for the 8 that it has not filled under the first name.
    await bench.replace(profile, order, { quantity: '12' });
    await bench.hold({ ...order, revision: 2 });
    await until('it has them', async () => (await viewOf(order)).quantity === '12');
    expect(asksOf(order).at(-1)?.quantity?.toFixed()).toBe('8');
    await bench.venue.execute(brokerKeyOf(order.orderId, 2), '8', '99');
    await until('it is filled', async () => (await viewOf(order)).state === 'filled');
  });

  it.each([
    ['lost-but-accepted', 'has them', '99', 1],
    ['lost-and-never-arrived', 'has them, asked again', '99', 2],
    ['unavailable', 'has them, asked again', '99', 2],
    ['rejected', 'stays as it was', '100', 1],
  ] as const)('whose answer is %s are looked up: the order %s', async (answer, _name, price, asks) => {
    const order = await bench.resting(profile);
    bench.venue.nextReplace = answer;
    await bench.replace(profile, order, { limitPrice: '99' });
    await until('the broker is asked', () => asksOf(order).length > 0);
    bench.clock.set(Date.now() + CERTAIN_MS);
    await answered(order);
    expect(await viewOf(order)).toMatchObject({ state: 'open', limitPrice: price });
    await settles(order, ASKED, SENT, price === '99' ? TAKEN : REJECTED);
    expect(asksOf(order)).toHaveLength(asks);
  });

  it('are asked for once more where the process died before it asked, and not after a minute', async () => {
    const order = await bench.resting(profile);
    diesAfterSaying(bench, SENT, CERTAIN_MS);
    await bench.replace(profile, order, { limitPrice: '99' });
    await answered(order);
    expect(await viewOf(order)).toMatchObject({ limitPrice: '99' });
    expect(asksOf(order)).toHaveLength(1);
    bench.clock.set(undefined);
    jest.restoreAllMocks();
    diesAfterSaying(bench, SENT, 70_000);
    await bench.replace(profile, order, { limitPrice: '98' });
    await answered(order);
    expect(asksOf(order)).toHaveLength(1);
    expect(await viewOf(order)).toMatchObject({ limitPrice: '99', replaceVenueReason: expect.any(String) as string });
  });

  it('are known to be there when a fill under the other name is heard first', async () => {
    const order = await bench.resting(profile);
    const next = brokerKeyOf(order.orderId, 1);
    bench.venue.beforeReplace = async () => {
      await bench.venue.execute(order.brokerKey, '2', '100', { misses: true });
    };
    bench.venue.beforeReplaceAnswer = async () => {
      await bench.venue.execute(next, '10', '100');
    };
    await bench.replace(profile, order, { quantity: '12' });
    await bench.hold({ ...order, revision: 1 });
    await until('it is filled', async () => (await viewOf(order)).state === 'filled');
    expect(await viewOf(order)).toMatchObject({ quantity: '12', filledQuantity: '12', executions: 2 });
    await settles(order, ASKED, SENT, 'order.executed.v1', TAKEN, 'order.executed.v1');
  });

  it('are withdrawn by a cancel while they wait, and known first where the broker was asked', async () => {
    const waiting = await bench.resting(profile);
    await bench.replace(profile, waiting, { limitPrice: '101' });
    await bench.ask(profile, 'DELETE', `/v1/orders/${waiting.orderId}`);
    expect(await viewOf(waiting)).toMatchObject({ replaceRefusal: { code: 'replace-withdrawn' }, pendingCancel: true });
    await bench.hold({ ...waiting, revision: 1 });
    await bench.venue.end(waiting.brokerKey, 'cancelled');
    await until('it ended', async () => (await viewOf(waiting)).state === 'cancelled');
    await settles(waiting, ASKED, REJECTED, 'order.cancel-requested.v1', 'order.ended.v1');

    const asked = await bench.resting(profile);
    // The cancel comes while the broker has taken the request and not answered it.
    bench.venue.beforeReplaceAnswer = async () => {
      await bench.ask(profile, 'DELETE', `/v1/orders/${asked.orderId}`);
    };
    const before = bench.venue.cancelled.length;
    await bench.replace(profile, asked, { limitPrice: '99' });
    await until('the broker is asked to cancel', () => bench.venue.cancelled.length > before);
    const next = await bench.venue.lookup(brokerKeyOf(asked.orderId, 1));
    expect(bench.venue.cancelled.slice(before)).toEqual([next?.venueOrderId]);
    await bench.venue.end(next?.brokerKey ?? '', 'cancelled');
    await until('it ended', async () => (await viewOf(asked)).state === 'cancelled');
    await settles(asked, ASKED, SENT, 'order.cancel-requested.v1', TAKEN, 'order.ended.v1');
  });

  it('that nobody has capital for in a minute are given up', async () => {
    const order = await bench.resting(profile);
    await bench.replace(profile, order, { limitPrice: '101' });
    bench.clock.set(Date.now() + 61_000);
    await bench.endCapitalWaits();
    expect(await viewOf(order)).toMatchObject({
      ...{ pendingReplace: false, limitPrice: '100', replaceRefusal: { code: 'capital-not-answered' } },
    });
  });

  it('that make it no larger are let through while profiles may only reduce, and none while trading is halted', async () => {
    const operator = { token: await bench.tokenFor('operator') };
    const move = (mode: string) => bench.ask(operator, 'PUT', '/v1/admin/controls', { body: { mode, reason: 'test' } });
    const order = await bench.resting(profile);
    await move('reduce-only');
    const larger = await bench.replace(profile, order, { quantity: '11' });
    expect([larger.status, larger.body.code]).toEqual([422, 'reduce-only']);
    expect((await bench.replace(profile, order, { quantity: '9' })).status).toBe(202);
    await answered(order);
    expect(await viewOf(order)).toMatchObject({ quantity: '9' });
    await move('halted');
    const smaller = await bench.replace(profile, order, { quantity: '8' });
    expect([smaller.status, smaller.body.code]).toEqual([422, 'trading-halted']);
    await move('active');
  });
});
