import * as fc from 'fast-check';
import { accountWith } from '../testing/given-account.js';
import { ZERO_BALANCES } from './account.js';
import type { Account, Balances } from './account.js';
import { alarmsBetween, decideMonitor, watch } from './monitors.js';
import type { Monitor, MonitorRule } from './monitors.js';

function watched(rule: MonitorRule, balances: Partial<Balances>): Account {
  const decision = decideMonitor(accountWith(balances), { id: 'm', rule });
  if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
  return decision.account;
}

/** What is told while the balances change, one step after another. */
function told(rule: MonitorRule, steps: readonly Partial<Balances>[]): string[] {
  let account = watched(rule, steps[0] ?? {});
  return steps.slice(1).map((step) => {
    const balances = { ...ZERO_BALANCES, ...step };
    const next = { ...account, balances, monitors: watch(account.monitors, balances) };
    const crossings = alarmsBetween(account, next).flatMap((alarm) => ('crossing' in alarm ? [alarm] : []));
    account = next;
    return crossings.map(({ crossing, valueUnits }) => `${crossing} ${valueUnits}`).join();
  });
}

const available = (...units: bigint[]) => units.map((unit) => ({ available: unit }));

describe('a monitor', () => {
  it.each([
    ['tells once when available falls below', 0n, available(100n, 99n, 98n, 99n), ['breached 99', '', '']],
    ['tells nothing while it stays', 0n, available(100n, 100n, 200n), ['', '']],
    ['tells that it came back', 0n, available(100n, 99n, 100n, 99n), ['breached 99', 'recovered 100', 'breached 99']],
    ['waits for the hysteresis', 10n, available(100n, 99n, 109n, 99n, 110n), ['breached 99', '', '', 'recovered 110']],
  ] as const)('of what is available %s', (_what, hysteresis, steps, expected) => {
    expect(told({ measure: 'available', threshold: 100n, hysteresis }, steps)).toEqual(expected);
  });

  it('of the shortfall is breached above, and recovers when nothing is left, however wide its hysteresis', () => {
    const steps = [0n, 50n, 51n, 41n, 40n, 60n, 0n].map((shortfall) => ({ shortfall }));
    const rule = { measure: 'shortfall', threshold: 50n } as const;
    expect(told({ ...rule, hysteresis: 10n }, steps)).toEqual([
      '',
      'breached 51',
      '',
      'recovered 40',
      'breached 60',
      'recovered 0',
    ]);
    expect(told({ ...rule, hysteresis: 90n }, steps)).toEqual(['', 'breached 51', '', '', '', 'recovered 0']);
  });

  it('of the drawdown measures from the highest profit, fees included, since it was set', () => {
    const profits: [bigint, bigint][] = [
      [500n, 0n],
      [450n, 0n],
      [700n, 100n],
      [600n, 150n],
      [600n, 151n],
      [900n, 151n],
    ];
    const steps = profits.map(([realizedPnl, fees]) => ({ realizedPnl, fees }));
    const rule = { measure: 'drawdown', threshold: 150n, hysteresis: 0n } as const;
    expect(told(rule, steps)).toEqual(['', '', '', 'breached 151', 'recovered 0']);
  });

  it('that is set beyond its threshold says so at once, and not again when it is set again', () => {
    const rule = { measure: 'available', threshold: 100n, hysteresis: 0n } as const;
    const before = accountWith({ available: 5n });
    const once = watched(rule, { available: 5n });
    expect(alarmsBetween(before, once)).toMatchObject([{ crossing: 'breached', valueUnits: 5n }]);
    const again = decideMonitor(once, { id: 'm', rule: { ...rule, threshold: 200n } });
    expect(again.outcome === 'set' && alarmsBetween(once, again.account)).toEqual([]);
  });

  it('tells breached and recovered by turns, whatever the balances do', () => {
    const steps = fc.array(fc.bigInt(0n, 300n), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.bigInt(0n, 60n), (values, hysteresis) => {
        const all = told({ measure: 'available', threshold: 100n, hysteresis }, available(1_000n, ...values));
        const crossings = all.filter((line) => line !== '').map((line) => line.split(' ')[0]);
        crossings.forEach((crossing, index) => expect(crossing).toBe(index % 2 === 0 ? 'breached' : 'recovered'));
      }),
    );
  });
});

describe('a shortfall', () => {
  it.each([
    [0n, 5n, ['shortfall-opened']],
    [5n, 9n, []],
    [9n, 1n, []],
    [1n, 0n, ['shortfall-cleared']],
    [0n, 0n, []],
  ] as const)('from %s to %s tells %p', (before, after, kinds) => {
    const alarms = alarmsBetween(accountWith({ shortfall: before }), accountWith({ shortfall: after }));
    expect(alarms.map(({ kind }) => kind)).toEqual(kinds);
  });
});

it('monitors of many measures are watched side by side', () => {
  const monitor = (measure: Monitor['measure']): Monitor => ({
    measure,
    threshold: 1n,
    hysteresis: 0n,
    isBreached: false,
    peakProfit: 0n,
  });
  const monitors = { a: monitor('available'), b: monitor('shortfall'), c: monitor('drawdown') };
  const before = { ...accountWith({ available: 5n }), monitors };
  const balances = { ...ZERO_BALANCES, shortfall: 7n, fees: 7n };
  const after = { ...before, balances, monitors: watch(monitors, balances) };
  expect(alarmsBetween(before, after).map((alarm) => ('monitorId' in alarm ? alarm.monitorId : alarm.kind))).toEqual([
    'shortfall-opened',
    'a',
    'b',
    'c',
  ]);
});
