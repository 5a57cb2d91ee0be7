import type { EventEnvelope } from '@ballast/contracts';
import type { MonitorList, MonitorView, ThresholdCrossedV1 } from '@ballast/contracts/ledger';
import { ContainerStore, StoreUnavailable } from '@ballast/cosmos';
import { PRODUCT_ID } from '@ballast/contracts';
import { ask, bearer, startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { hearingOf } from './testing/hearing.js';
import { OrderScript } from './testing/order-script.js';

describe('alarms', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => bench.close());

  const of = (profile: TestProfile, ...types: string[]): EventEnvelope[] =>
    bench.published(profile.profileId).filter(({ type }) => types.includes(type));
  const crossings = (profile: TestProfile): string[] =>
    of(profile, 'capital.threshold-crossed.v1').map(({ data }) => {
      const { crossing, valueUnits } = data as ThresholdCrossedV1;
      return `${crossing} ${valueUnits}`;
    });
  const lowCapital = { measure: 'available', threshold: '100.00', hysteresis: '50.00' };

  async function monitored(): Promise<TestProfile> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '1000.00');
    const set = await bench.send<MonitorView>(profile, { path: 'PUT capital/monitors/low', body: lowCapital });
    expect(set).toMatchObject({ status: 200, body: { id: 'low', state: 'armed', value: '1000.00' } });
    return profile;
  }

  it('tell of each crossing once, in the same commit as what caused it, and not when it is heard again', async () => {
    const profile = await monitored();
    const hear = hearingOf(bench.ledger);
    const buy = new OrderScript(profile, { intent: 'entry', quantity: '9', holdUnits: '95000' });
    const [placed, ended] = [buy.placed(), buy.ended(0)];
    for (const event of [placed, placed, ended, ended, placed]) await hear(event);
    await until(
      'all is published',
      () => of(profile, 'capital.released.v1').length === 1 && crossings(profile).length === 2,
    );
    expect(crossings(profile)).toEqual(['breached 5000', 'recovered 100000']);
    const told = bench.published(profile.profileId);
    expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_event, index) => index + 1));
    expect(told.map(({ type }) => type).slice(-4)).toEqual([
      'capital.held.v1',
      'capital.threshold-crossed.v1',
      'capital.released.v1',
      'capital.threshold-crossed.v1',
    ]);
  });

  it.each([true, false])('tell once when the answer of the store is lost (committed: %p)', async (isCommitted) => {
    const profile = await monitored();
    const hear = hearingOf(bench.ledger);
    const placed = new OrderScript(profile, { intent: 'entry', quantity: '9', holdUnits: '95000' }).placed();
    const commit = ContainerStore.prototype.commit;
    let isLost = false;
    jest.spyOn(ContainerStore.prototype, 'commit').mockImplementation(async function (this: ContainerStore, ...args) {
      if (isLost || args[0][0] !== PRODUCT_ID) return commit.apply(this, args);
      isLost = true;
      if (isCommitted) await commit.apply(this, args);
      throw new StoreUnavailable('the answer was lost');
    });
    await expect(hear(placed)).rejects.toThrow(StoreUnavailable);
    jest.restoreAllMocks();
    await hear(placed);
    await bench.move(profile, 'deposits', '0.01');
    await until('all is published', () => of(profile, 'capital.deposited.v1').length === 2);
    expect(crossings(profile)).toEqual(['breached 5000']);
  });

  it('tell when the broker takes more than there is, and when that is repaid', async () => {
    const profile = await monitored();
    const hear = hearingOf(bench.ledger);
    const buy = new OrderScript(profile, { intent: 'entry', quantity: '9', holdUnits: '95000' });
    await hear(buy.placed());
    await hear(buy.executed({ quantity: '9', price: '120', fee: '0' }));
    await bench.move(profile, 'deposits', '50.00');
    await bench.move(profile, 'deposits', '30.00');
    const types = ['capital.shortfall-opened.v1', 'capital.shortfall-cleared.v1'];
    await until('both are published', () => of(profile, ...types).length === 2);
    expect(of(profile, ...types).map(({ type, data }) => [type, data])).toEqual([
      [types[0], { profileId: profile.profileId, asset: 'USD', shortfallUnits: '8000' }],
      [types[1], { profileId: profile.profileId, asset: 'USD', shortfallUnits: '0' }],
    ]);
    expect((await bench.capital(profile)).body).toMatchObject({ shortfall: '0.00', available: '0.00' });
  });

  it('are listed, set again and removed', async () => {
    const profile = await monitored();
    const path = 'PUT capital/monitors/drawdown';
    await bench.send(profile, { path, body: { measure: 'drawdown', threshold: '20.00' } });
    const url = `${bench.ledger.url}/v1/profiles/${profile.profileId}/capital/monitors`;
    const list = async (): Promise<MonitorList> => (await ask<MonitorList>(url, { headers: bearer(profile) })).body;
    expect((await list()).items).toEqual([
      { id: 'drawdown', measure: 'drawdown', threshold: '20.00', hysteresis: '0.00', state: 'armed', value: '0.00' },
      { id: 'low', ...lowCapital, state: 'armed', value: '1000.00' },
    ]);
    await bench.send(profile, { path: 'PUT capital/monitors/low', body: { ...lowCapital, threshold: '2000' } });
    const left = await bench.send<MonitorList>(profile, { path: 'DELETE capital/monitors/low', body: {} });
    expect(left.body.items.map(({ id }) => id)).toEqual(['drawdown']);
    expect((await bench.send(profile, { path: 'DELETE capital/monitors/constructor', body: {} })).status).toBe(404);
    await until('all is published', () => of(profile, 'capital.monitor-removed.v1').length === 1);
    expect(crossings(profile)).toEqual(['breached 100000']);
  });
});
