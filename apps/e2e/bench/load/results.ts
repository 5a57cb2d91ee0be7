import { cpus } from 'node:os';
import { median as middle } from '../measure.js';
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

/** What was measured by now; what is not there failed, or comes later. */
export interface LoadResult {
  ballast?: SideResult;
  /** Absent where there is no PostgreSQL, too. */
  monolith?: SideResult;
  readonly barePerSecond: number[];
  readonly emptyAcceptP99Ms: number[];
  heard?: Heard;
  readonly clients: number;
  readonly growth: Growth[];
  /** The highest rate that one profile alone holds. */
  hotPerSecond?: number;
  /** What did not come to its end, and why. */
  failed: readonly string[];
}

const KINDS = ['accept', 'filled', 'settled', 'audited'] as const;
const HALF_LOAD = 0.6;
const RATIO_DIGITS = 3;

/** The tables and charts of what was measured. */
export function sectionsOf(result: LoadResult): Section[] {
  const sides = [result.ballast, result.monolith].filter((side) => side !== undefined);
  const measured = sides.filter(({ byShare }) => (byShare.get(HALF_LOAD) ?? []).length > 0);
  const isGrown = result.growth.length > 0;
  return [
    ratios(result),
    ...measured.map(latencies),
    ...measured.map(usage),
    ...(isGrown ? [growth(result)] : []),
    ...(result.failed.length > 0 ? [failures(result)] : []),
  ];
}

function ratios(result: LoadResult): Section {
  const { ballast, monolith, heard } = result;
  const bare = median(result.barePerSecond);
  const [held, theirs] = [ballast?.highest, monolith?.highest];
  const [ours, other] = [p99Of(ballast, 'accept'), p99Of(monolith, 'accept')];
  const empty = median(result.emptyAcceptP99Ms);
  return {
    title: 'Ratios',
    note: `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}; everything on this machine, the callers too.`,
    head: ['what', 'Ballast', 'beside', 'ratio', 'wanted'],
    rows: [
      row('settled and audited, monolith', { here: held, beside: theirs, unit: '/s' }, '≥ 0.07'),
      row('settled and audited, bare SDK calls', { here: held, beside: bare, unit: '/s' }, '≥ 0.8'),
      row(`accept p99 at ${HALF_LOAD * 100} % load, monolith`, { here: ours, beside: other, unit: ' ms' }, '≤ 4'),
      row('accept p99, empty Nest route', { here: ours, beside: empty, unit: ' ms' }, ''),
      row('one hot profile, spread load', { here: result.hotPerSecond, beside: held, unit: '/s' }, '≥ 0.6'),
      [
        `fill → WebSocket p99, ${result.clients} clients, 30 % load`,
        ...[textOf(heard?.p99Ms, ' ms'), `p50 ${textOf(heard?.p50Ms, ' ms')}`],
        ...[heard === undefined ? '' : `${heard.count} heard`, '≤ 100 ms'],
      ],
    ],
    chart: {
      unit: 'orders/s',
      bars: [
        { label: 'Ballast', value: held ?? Number.NaN },
        { label: 'monolith', value: theirs ?? Number.NaN },
        { label: 'bare SDK calls', value: bare },
      ],
    },
  };
}

function row(
  what: string,
  { here, beside, unit }: { here: number | undefined; beside: number | undefined; unit: string },
  wanted: string,
): string[] {
  const ratio = (here ?? Number.NaN) / (beside ?? Number.NaN);
  return [what, textOf(here, unit), textOf(beside, unit), textOf(ratio, '', RATIO_DIGITS), wanted];
}

const textOf = (value: number | undefined, unit: string, digits = 1): string =>
  value === undefined || Number.isNaN(value) ? 'not there' : `${value.toFixed(digits)}${unit}`;

function failures({ failed }: LoadResult): Section {
  return { title: 'What did not come to its end', head: ['what'], rows: failed.map((why) => [why]) };
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

const p99Of = (side: SideResult | undefined, kind: (typeof KINDS)[number]): number =>
  median((side?.byShare.get(HALF_LOAD) ?? []).map((found) => found[kind].percentile(99)));

/** NaN of nothing. */
const median = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : middle(values));
