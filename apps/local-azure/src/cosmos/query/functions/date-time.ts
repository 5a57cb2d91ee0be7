/** Ticks are the service's unit of time: 100 ns, counted from 1970. */
export const TICKS_PER_MS = 10_000n;

const TICKS_PER_SECOND = 1_000n * TICKS_PER_MS;
const MONTHS_PER_YEAR = 12;
const FRACTION_DIGITS = 7;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?Z?)?$/;

/** The parts that make up a date and time; the fraction is in ticks. */
export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: number;
}

/** The length in ticks of the units that always have the same. */
export const UNIT_TICKS = {
  day: 86_400n * TICKS_PER_SECOND,
  hour: 3_600n * TICKS_PER_SECOND,
  minute: 60n * TICKS_PER_SECOND,
  second: TICKS_PER_SECOND,
  millisecond: TICKS_PER_MS,
  microsecond: 10n,
} as const;

/** The units of dates and times. */
export type DateUnit = 'year' | 'month' | 'nanosecond' | keyof typeof UNIT_TICKS;

const UNIT_NAMES: Readonly<Record<string, DateUnit>> = {
  year: 'year', yyyy: 'year', yy: 'year',
  month: 'month', mm: 'month', m: 'month',
  day: 'day', dd: 'day', d: 'day',
  hour: 'hour', hh: 'hour',
  minute: 'minute', mi: 'minute', n: 'minute',
  second: 'second', ss: 'second', s: 'second',
  millisecond: 'millisecond', ms: 'millisecond',
  microsecond: 'microsecond', mcs: 'microsecond',
  nanosecond: 'nanosecond', ns: 'nanosecond',
}; // prettier-ignore

/** The unit of that name or abbreviation, in any case. */
export function unitOf(name: string): DateUnit | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(UNIT_NAMES, lower) ? UNIT_NAMES[lower] : undefined;
}

/** The ticks of a date and time in UTC, in ISO 8601; undefined for any other text. */
export function readDateTime(text: string): bigint | undefined {
  const found = ISO.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = Number((found[7] ?? '').padEnd(FRACTION_DIGITS, '0'));
  return ticksOf({ year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second!, fraction });
}

/** The ticks of a moment that exists, from the year 1 to 9999; otherwise undefined. */
export function ticksOf(parts: DateParts): bigint | undefined {
  const { year, month, day, hour, minute, second, fraction } = parts;
  if (year < 1 || year > 9999 || month < 1 || month > MONTHS_PER_YEAR || day < 1 || day > daysIn(year, month)) {
    return undefined;
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  if (fraction < 0 || BigInt(fraction) >= TICKS_PER_SECOND) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return BigInt(date.getTime()) * TICKS_PER_MS + BigInt(fraction);
}

/** The parts of a moment. */
export function partsAt(ticks: bigint): DateParts {
  const fraction = floorMod(ticks, TICKS_PER_SECOND);
  const date = new Date(Number((ticks - fraction) / TICKS_PER_MS));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction: Number(fraction),
  };
}

/** A moment as the service writes it, `YYYY-MM-DDThh:mm:ss.fffffffZ`; undefined outside the years 1 to 9999. */
export function writeDateTime(ticks: bigint): string | undefined {
  const parts = partsAt(ticks);
  if (!(parts.year >= 1 && parts.year <= 9999)) return undefined;
  const { year, month, day, hour, minute, second, fraction } = parts;
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const time = `${two(hour)}:${two(minute)}:${two(second)}`;
  return `${date}T${time}.${String(fraction).padStart(FRACTION_DIGITS, '0')}Z`;
}

/** Months since the year 0, of a moment. */
export function monthNumber(ticks: bigint): number {
  const { year, month } = partsAt(ticks);
  return year * MONTHS_PER_YEAR + month - 1;
}

/** The same moment some months on; on the last day of a month that is too short. */
export function addMonths(ticks: bigint, months: number): bigint | undefined {
  const parts = partsAt(ticks);
  const total = monthNumber(ticks) + months;
  const [year, month] = [Math.floor(total / MONTHS_PER_YEAR), floorRemainder(total, MONTHS_PER_YEAR) + 1];
  return ticksOf({ ...parts, year, month, day: Math.min(parts.day, daysIn(year, month)) });
}

/** Division that rounds down. */
export const floorDiv = (value: bigint, by: bigint): bigint => (value - floorMod(value, by)) / by;

function floorMod(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by;
}

function floorRemainder(value: number, by: number): number {
  return ((value % by) + by) % by;
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
