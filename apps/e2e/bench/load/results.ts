import { cpus } from 'node:os';
import { median } from '../measure.js';
import type { Heard } from './listeners.js';
import type { Bar, Section } from './report.js';
import { cpuMsOf } from './stretch.js';
import type { Stretch } from './stretch.js';

/** Shares of the highest rate held at which is measured. */
export const SHARES = [0.3, 0.6, 0.9] as const;

/** What was measured of one side: the highest rate that it holds, and stretches by share of it, one of each round. */
export interface SideResult {
  readonly name: string;
  readonly highest: number;
  readonly byShare: ReadonlyMap<number, Stretch[]>;
}

/** Milliseconds of CPU for an order beyond what runs without orders, before and after something grew. */
export interface Growth {
  readonly what: string;
  readonly few: number;
  readonly many: number;
}

/** Everything that was measured. */
export interface LoadResult {
  readonly ballast: SideResult;
  /** Absent where there is no PostgreSQL. */
  readonly monolith?: SideResult;
  readonly barePerSecond: readonly number[];
  readonly emptyAcceptP99Ms: readonly number[];
  readonly heard: Heard;
  readonly clients: number;
  readonly growth: readonly Growth[];
  /** The highest rate that one profile alone holds. */
  readonly hotPerSecond: number;
}

const KINDS = ['accept', 'filled', 'settled', 'audited'] as const;
const HALF_LOAD = 0.6;

/** The tables and charts of what was measured. */
export function sectionsOf(result: LoadResult): Section[] {
  const sides = result.monolith === undefined ? [result.ballast] : [result.ballast, result.monolith];
  return [ratios(result), ...sides.map(latencies), ...sides.map(usage), growth(result)];
}

function ratios(result: LoadResult): Section {
  const { ballast, monolith, barePerSecond, emptyAcceptP99Ms, heard, clients } = result;
  const bare = median(barePerSecond);
  const [ours, theirs] = [p99Of(ballast, 'accept'), monolith === undefined ? Number.NaN : p99Of(monolith, 'accept')];
  const rate = (value: number | undefined): string => (value === undefined ? 'not there' : `${value.toFixed(0)}/s`);
  const row = (what: string, here: string, other: string, found: number, wanted: string): string[] => [
    ...[what, here, other],
    ...[Number.isFinite(found) ? found.toFixed(3) : 'not there', wanted],
  ];
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const rates: Bar[] = [
    { label: 'Ballast', value: ballast.highest },
    { label: 'monolith', value: monolith?.highest ?? Number.NaN },
    { label: 'bare SDK calls', value: bare },
  ];
  const held = rate(ballast.highest);
  return {
    title: 'Ratios',
    note: `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}; everything on this machine, the callers too.`,
    head: ['what', 'Ballast', 'beside', 'ratio', 'wanted'],
    rows: [
      row(
        'settled and audited, monolith',
        held,
        rate(monolith?.highest),
        ballast.highest / (monolith?.highest ?? Number.NaN),
        '≥ 0.07',
      ),
      row('settled and audited, bare SDK calls', held, rate(bare), ballast.highest / bare, '≥ 0.8'),
      row(`accept p99 at ${HALF_LOAD * 100} % load, monolith`, ms(ours), ms(theirs), ours / theirs, '≤ 4'),
      row('accept p99, empty Nest route', ms(ours), ms(median(emptyAcceptP99Ms)), ours / median(emptyAcceptP99Ms), ''),
      row(
        'one hot profile, spread load',
        rate(result.hotPerSecond),
        held,
        result.hotPerSecond / ballast.highest,
        '≥ 0.6',
      ),
      [
        `fill → WebSocket p99, ${clients} clients, 30 % load`,
        ms(heard.p99Ms),
        `p50 ${ms(heard.p50Ms)}`,
        `${heard.count} heard`,
        '≤ 100 ms',
      ],
    ],
    chart: { unit: 'orders/s', bars: rates },
  };
}

function latencies({ name, highest, byShare }: SideResult): Section {
  const rows: string[][] = [];
  const bars: Bar[] = [];
  for (const share of SHARES) {
    const some = byShare.get(share) ?? [];
    for (const kind of KINDS) {
      const of = (percent: number): number => median(some.map((found) => found[kind].percentile(percent)));
      const label = `${share * 100} %, ${kind}`;
      rows.push([label, ...[50, 99, 99.9].map((percent) => `${of(percent).toFixed(1)} ms`)]);
      bars.push({ label: `${label}, p99`, value: of(99) });
    }
  }
  return {
    title: `${name}: from when an order was due`,
    note: `Shares of ${highest.toFixed(0)} orders a second, arriving whether or not earlier ones were answered; the middle of ${(byShare.get(SHARES[0]) ?? []).length} rounds.`,
    head: ['load', 'p50', 'p99', 'p99.9'],
    rows,
    chart: { unit: 'ms', bars },
  };
}

function usage({ name, byShare }: SideResult): Section {
  const some = byShare.get(HALF_LOAD) ?? [];
  const names = [...new Set(some.flatMap(({ used }) => [...used.keys()].map(groupOf)))];
  const sum = (found: Stretch, group: string, figure: 'cpuMs' | 'memoryMb'): number =>
    [...found.used].reduce((total, [of, used]) => total + (groupOf(of) === group ? used[figure] : 0), 0);
  const of = (group: string, figure: 'cpuMs' | 'memoryMb'): number =>
    median(some.map((found) => sum(found, group, figure)));
  const all = median(some.map(cpuMsOf));
  return {
    title: `${name}: what an order takes at ${HALF_LOAD * 100} % load`,
    head: ['process', 'CPU per order', 'memory'],
    rows: [
      ...names.map((group) => [group, `${of(group, 'cpuMs').toFixed(2)} ms`, `${of(group, 'memoryMb').toFixed(0)} MB`]),
      ['all', `${all.toFixed(2)} ms`, ''],
    ],
    chart: { unit: 'ms', bars: names.map((group) => ({ label: group, value: of(group, 'cpuMs') })) },
  };
}

function growth(result: LoadResult): Section {
  return {
    title: 'Growth: CPU per order beyond that of an idle platform',
    head: ['what', 'before', 'after', 'ratio', 'wanted'],
    rows: result.growth.map(({ what, few, many }) => [
      ...[what, `${few.toFixed(2)} ms`, `${many.toFixed(2)} ms`],
      ...[(many / few).toFixed(2), '≤ 1.10'],
    ]),
  };
}

/** A database has a process for each connection. */
const groupOf = (process: string): string => (process.startsWith('postgres ') ? 'PostgreSQL' : process);

const p99Of = ({ byShare }: SideResult, kind: (typeof KINDS)[number]): number =>
  median((byShare.get(HALF_LOAD) ?? []).map((found) => found[kind].percentile(99)));
