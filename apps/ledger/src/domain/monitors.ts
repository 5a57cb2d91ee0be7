import { MONITORS_MAX } from '@ballast/contracts/ledger';
import type { Crossing, MonitorMeasure } from '@ballast/contracts/ledger';
import type { Account, Balances } from './account.js';
import type { CapitalRefusal } from './decide-move.js';

/** A threshold that somebody wants to hear of, and on which side of it the value was last. Amounts in whole units. */
export interface Monitor {
  readonly measure: MonitorMeasure;
  readonly threshold: bigint;
  /** How far back across the threshold the value must come; keeps a value that trembles on it from telling each time. */
  readonly hysteresis: bigint;
  readonly isBreached: boolean;
  /** The highest profit since the monitor was set; what a drawdown is measured from. */
  readonly peakProfit: bigint;
}

/** What a monitor is set to. */
export type MonitorRule = Pick<Monitor, 'measure' | 'threshold' | 'hysteresis'>;

export type MonitorDecision =
  | { readonly outcome: 'set'; readonly monitor: Monitor; readonly account: Account }
  | { readonly outcome: 'refused'; readonly refusal: CapitalRefusal };

/** The monitors of a profile by name. */
export type Monitors = Readonly<Record<string, Monitor>>;

/** Something that a change of the balances means to others, once per crossing. */
export type Alarm =
  | { readonly kind: 'shortfall-opened' | 'shortfall-cleared'; readonly shortfallUnits: bigint }
  | {
      readonly kind: 'threshold-crossed';
      readonly monitorId: string;
      readonly monitor: Monitor;
      readonly crossing: Crossing;
      readonly valueUnits: bigint;
    };

/**
 * Sets a monitor in the place of the one with its name, as long as there are not too many. It starts on the right side of
 * its threshold, so that one whose value is beyond it already is breached at once.
 */
export function decideMonitor(account: Account, { id, rule }: { id: string; rule: MonitorRule }): MonitorDecision {
  const count = new Set([...Object.keys(account.monitors), id]).size;
  if (count > MONITORS_MAX) {
    return {
      outcome: 'refused',
      refusal: { code: 'monitors-above-limit', limit: `${MONITORS_MAX}`, value: `${count}` },
    };
  }
  const { measure, threshold, hysteresis } = rule;
  const armed = { measure, threshold, hysteresis, isBreached: false, peakProfit: profitIn(account.balances) };
  const monitor = watchOne(armed, account.balances);
  return { outcome: 'set', monitor, account: { ...account, monitors: { ...account.monitors, [id]: monitor } } };
}

/** The monitors after they have seen these balances. */
export function watch(monitors: Monitors, balances: Balances): Monitors {
  return Object.fromEntries(Object.entries(monitors).map(([id, monitor]) => [id, watchOne(monitor, balances)]));
}

/** What a monitor measures: an amount in whole units, never below zero but for `available`. */
export function valueOf({ measure, peakProfit }: Monitor, balances: Balances): bigint {
  return measure === 'drawdown' ? peakProfit - profitIn(balances) : balances[measure];
}

/** What has happened to an account between two states of it that others must hear of. */
export function alarmsBetween(before: Account, after: Account): Alarm[] {
  return [...shortfallAlarms(before.balances, after.balances), ...crossingsBetween(before, after)];
}

function watchOne(monitor: Monitor, balances: Balances): Monitor {
  const profit = profitIn(balances);
  const seen = profit > monitor.peakProfit ? { ...monitor, peakProfit: profit } : monitor;
  return { ...seen, isBreached: seen.isBreached ? !isRecovered(seen, balances) : isBeyond(seen, balances) };
}

const profitIn = ({ realizedPnl, fees }: Balances): bigint => realizedPnl - fees;

function isBeyond(monitor: Monitor, balances: Balances): boolean {
  const value = valueOf(monitor, balances);
  return monitor.measure === 'available' ? value < monitor.threshold : value > monitor.threshold;
}

/** Zero counts as recovered however wide the hysteresis is: no value comes further back. */
function isRecovered(monitor: Monitor, balances: Balances): boolean {
  const { measure, threshold, hysteresis } = monitor;
  const value = valueOf(monitor, balances);
  if (measure === 'available') return value >= threshold + hysteresis;
  return value <= threshold - hysteresis || value === 0n;
}

function shortfallAlarms(before: Balances, after: Balances): Alarm[] {
  const [was, is] = [before.shortfall > 0n, after.shortfall > 0n];
  if (was === is) return [];
  return [{ kind: is ? 'shortfall-opened' : 'shortfall-cleared', shortfallUnits: after.shortfall }];
}

function crossingsBetween(before: Account, after: Account): Alarm[] {
  return Object.entries(after.monitors).flatMap(([monitorId, monitor]): Alarm[] => {
    if ((before.monitors[monitorId]?.isBreached ?? false) === monitor.isBreached) return [];
    const crossing = monitor.isBreached ? 'breached' : 'recovered';
    const valueUnits = valueOf(monitor, after.balances);
    return [{ kind: 'threshold-crossed', monitorId, monitor, crossing, valueUnits }];
  });
}
