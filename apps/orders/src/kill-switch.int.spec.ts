import { orderOfBrokerKey } from '@ballast/contracts';
import { SECOND_FACTOR_FRESH_SECONDS } from '@ballast/contracts/accounts';
import type { ControlsView } from '@ballast/contracts/orders';
import type { ContainerStore } from '@ballast/cosmos';
import { StoreUnavailable } from '@ballast/cosmos';
import { storeToken } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';
import { TradingPermit } from './adapters/trading-permit.js';
import { EnforceControls } from './enforce-controls.js';
import { SubmitOrder } from './submit-order.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

/** Holds a call until the test lets it go. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

const CALLED = async (): Promise<string> => 'called';

describe('the kill switch', () => {
  let bench: Bench;
  let other: RunningService;
  let profile: TestProfile;
  let operator: { token: string };
  const opened: Gate[] = [];
  beforeAll(async () => {
    bench = await Bench.start();
    other = await bench.startReplica();
    operator = { token: await bench.tokenFor('operator') };
  });
  beforeEach(async () => {
    profile = await bench.openProfile(50);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    opened.forEach((gate) => gate.open());
    bench.venue.beforeAnswer = undefined;
    for (const { scope } of (await controls()).scopes) await move({ scope, mode: 'active' });
    await move({ mode: 'active' });
  });
  afterAll(() => bench.close());

  const controls = async (): Promise<ControlsView> =>
    (await bench.ask(operator, 'GET', '/v1/admin/controls')).body as unknown as ControlsView;
  const move = async (change: object): Promise<ControlsView> => {
    const { status, body } = await bench.ask(operator, 'PUT', '/v1/admin/controls', {
      body: { reason: 'test', ...change },
    });
    expect(status).toBe(200);
    return body as unknown as ControlsView;
  };
  const isEnforced = async (epoch: number): Promise<boolean> => ((await controls()).enforced?.epoch ?? 0) >= epoch;
  const permitOf = (service: RunningService): TradingPermit => service.app.get(TradingPermit, { strict: false });
  const gate = (): Gate => {
    const made = new Gate();
    opened.push(made);
    return made;
  };
  /** From now on a replica cannot write its permit. */
  const cutOff = (service: RunningService): void => {
    const store = service.app.get<ContainerStore>(storeToken('trading_controls'), { strict: false });
    jest.spyOn(store, 'commit').mockRejectedValue(new StoreUnavailable('unreachable'));
  };
  const order = (changes: object = {}) => ({
    intent: 'entry' as const,
    profileId: profile.profileId,
    symbol: 'AAPL',
    ...changes,
  });

  it('is moved only by who showed a second factor a moment ago', async () => {
    const longAgo = { token: await bench.tokenFor('operator', Date.now() - (SECOND_FACTOR_FRESH_SECONDS + 1) * 1_000) };
    const body = { mode: 'halted', reason: 'test' };
    const refused = await bench.ask(longAgo, 'PUT', '/v1/admin/controls', { body });
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'second-factor-required' }]);
    expect((await controls()).mode).toBe('active');
  });

  it('stops one symbol, one profile, or everything, and says which', async () => {
    const elsewhere = await bench.openProfile(50);
    await move({ scope: 'symbol:MSFT', mode: 'halted' });
    await move({ scope: `profile:${profile.profileId}`, mode: 'reduce-only' });
    expect((await bench.place(elsewhere, { symbol: 'MSFT' })).body).toMatchObject({
      code: 'trading-halted',
      value: 'halted, symbol:MSFT',
    });
    expect((await bench.place(profile)).body).toMatchObject({
      code: 'reduce-only',
      value: `entry, profile:${profile.profileId}`,
    });
    expect((await bench.place(elsewhere)).status).toBe(202);
    expect((await controls()).scopes.map(({ scope, mode }) => [scope, mode])).toEqual([
      ['symbol:MSFT', 'halted'],
      [`profile:${profile.profileId}`, 'reduce-only'],
    ]);
  });

  it.each([
    ['a scope that is none', { scope: 'everything', mode: 'halted' }, '/scope'],
    ['a profile that has no such id', { scope: 'profile:1', mode: 'halted' }, '/scope'],
    ['a mode that is none', { mode: 'paused' }, '/mode'],
    ['a cancel of orders that stay allowed', { mode: 'active', cancelOpenOrders: true }, '/cancelOpenOrders'],
  ])('refuses %s', async (_name, change, pointer) => {
    const body = { reason: 'test', ...change };
    const answer = await bench.ask(operator, 'PUT', '/v1/admin/controls', { body });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it('is reported complete when no call made under the older switch is under way, and not before', async () => {
    const [arrived, answered] = [gate(), gate()];
    bench.venue.beforeAnswer = async () => {
      arrived.open();
      await answered.opened;
    };
    const { body } = await bench.place(profile);
    await bench.hold(body);
    await arrived.opened;
    // The call has a deadline of its own in the true adapters; here only its answer ends it.
    jest.replaceProperty(bench.venue, 'capabilities', { ...bench.venue.capabilities, callDeadlineMs: 600_000 });
    const { epoch } = await move({ mode: 'halted' });
    const enforce = bench.orders.app.get(EnforceControls, { strict: false });
    await permitOf(other).renew();
    const change = { mode: 'halted' as const, reason: 'test', actor: 'usr_1', epoch };
    await expect(enforce.execute(change, new Date().toISOString())).rejects.toMatchObject({
      code: 'permits-outstanding',
    });
    expect(await isEnforced(epoch)).toBe(false);
    answered.open();
    await until('it is complete', () => isEnforced(epoch));
    expect((await controls()).enforced).toMatchObject({ epoch, tookMs: expect.any(Number) as number });
    await until('that is published', () =>
      bench
        .published('global')
        .some(({ type, data }) => type === 'controls.enforced.v1' && (data as { epoch: number }).epoch === epoch),
    );
  });

  it('lets a replica that is cut off from the store call nobody, and completes once its permit has lapsed', async () => {
    expect(await permitOf(other).during(order(), CALLED)).toBe('called');
    cutOff(other);
    const { epoch } = await move({ mode: 'halted' });
    await until('its permit is too old', () =>
      permitOf(other)
        .during(order(), CALLED)
        .then(
          () => false,
          () => true,
        ),
    );
    await until('it is complete', () => isEnforced(epoch));
    const call = jest.fn(CALLED);
    await expect(permitOf(other).during(order(), call)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(permitOf(other).duringCancel(call)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(call).not.toHaveBeenCalled();
    expect((await controls()).enforced?.tookMs).toBeGreaterThanOrEqual(1_000);
  });

  it('stops an order between its commit and its call', async () => {
    const { body } = await bench.place(profile);
    const permit = permitOf(bench.orders);
    const during = permit.during.bind(permit);
    jest.spyOn(permit, 'during').mockImplementationOnce(async (controlled, call) => {
      await move({ scope: 'symbol:AAPL', mode: 'halted' });
      return during(controlled, call);
    });
    await expect(bench.orders.app.get(SubmitOrder, { strict: false }).execute(body)).rejects.toMatchObject({
      code: 'permit-refused',
    });
    expect(bench.venue.received.some(({ brokerKey }) => orderOfBrokerKey(brokerKey)?.orderId === body.orderId)).toBe(
      false,
    );
    await bench.hold(body);
    await until('it is rejected', async () => (await bench.order(profile, body.orderId)).state === 'rejected');
    expect((await bench.order(profile, body.orderId)).refusal?.code).toBe('trading-halted');
  });

  it('cancels the open orders that it no longer allows, where that is asked for', async () => {
    const [apple, microsoft] = [await bench.resting(profile), await bench.resting(profile, { symbol: 'MSFT' })];
    const elsewhere = await bench.openProfile();
    const theirs = await bench.resting(elsewhere);
    const { epoch } = await move({ scope: `profile:${profile.profileId}`, mode: 'halted', cancelOpenOrders: true });
    await until('it is complete', () => isEnforced(epoch));
    const cancelled = async ({ orderId }: { orderId: string }, owner: TestProfile): Promise<boolean> =>
      (await bench.order(owner, orderId)).pendingCancel;
    expect([
      await cancelled(apple, profile),
      await cancelled(microsoft, profile),
      await cancelled(theirs, elsewhere),
    ]).toEqual([true, true, false]);
    const reducing = await move({ scope: 'symbol:AAPL', mode: 'reduce-only', cancelOpenOrders: true });
    await until('it is complete', () => isEnforced(reducing.epoch));
    expect(await cancelled(theirs, elsewhere)).toBe(true);
  });

  it('lets a profile with a shortfall only reduce, by the latest word of the ledger', async () => {
    await bench.shortfall(profile, 'opened', 2);
    const verdict = async () => {
      const body = { profileId: profile.profileId, symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
      const { body: preview } = await bench.ask(profile, 'POST', '/v1/orders/preview', { body });
      return preview.refusal?.code ?? preview['verdict'];
    };
    await until('it is noted', async () => (await verdict()) === 'reduce-only');
    expect((await bench.place(profile)).body).toMatchObject({ value: 'entry, the profile has a shortfall' });
    await bench.shortfall(profile, 'cleared', 3);
    await until('it is over', async () => (await verdict()) === 'placed');
    await bench.shortfall(profile, 'opened', 1);
    const marker = await bench.place(profile);
    await bench.hold(marker.body);
    await until(
      'a later message was handled',
      async () => (await bench.order(profile, marker.body.orderId)).state === 'open',
    );
    expect((await bench.place(profile)).status).toBe(202);
  });
});
