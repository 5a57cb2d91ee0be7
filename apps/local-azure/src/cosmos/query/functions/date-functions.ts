import type { Value } from '../ast.js';
import { formatDateTime } from './date-format.js';
import {
  addMonths,
  floorDiv,
  monthNumber,
  partsAt,
  readDateTime,
  ticksOf,
  TICKS_PER_MS,
  UNIT_TICKS,
  unitOf,
  writeDateTime,
  type DateParts,
  type DateUnit,
} from './date-time.js';
import { define, type FunctionDefinition, type FunctionGroup } from './function-definition.js';

const MONTHS_PER_YEAR = 12;
const NANOSECONDS_PER_TICK = 100n;
const EPOCH = '1970-01-01T00:00:00.0000000Z';
/** Moments that a date can have are fewer ticks from 1970 than this. */
const TICKS_MAX = 10n ** 19n;

/** The time when the function is called. */
const moving = (read: (ms: number) => Value): FunctionDefinition => ({
  arity: [0, 0],
  prepare: (clock) => () => read(clock()),
});

/** The time when the query began, the same for every row. */
const fixed = (read: (ms: number) => Value): FunctionDefinition => ({
  arity: [0, 0],
  prepare: (clock) => {
    const now = read(clock());
    return () => now;
  },
});

/** A moment so many of a unit before the query began. */
const AGO: FunctionDefinition = {
  arity: [2, 2],
  prepare: (clock) => {
    const now = ticksAt(clock());
    return (unit, amount) => {
      const part = partNamed(unit);
      return part === undefined || !Number.isSafeInteger(amount) ? undefined : moved(now, part, -(amount as number));
    };
  },
};

const ticksAt = (ms: number): bigint => BigInt(Math.trunc(ms)) * TICKS_PER_MS;
const written = (ms: number): Value => writeDateTime(ticksAt(ms));
const inTicks = (ms: number): Value => Number(ticksAt(ms));
const inMs = (ms: number): Value => Math.trunc(ms);

const ofMoment = (apply: (ticks: bigint) => Value): FunctionDefinition =>
  define(1, 1, (text) => {
    const ticks = momentOf(text);
    return ticks === undefined ? undefined : apply(ticks);
  });

/** A moment from a whole number of some unit, given in ticks. */
const fromNumber = (unit: bigint): FunctionDefinition =>
  define(1, 1, (value) => {
    if (!Number.isInteger(value)) return undefined;
    const ticks = BigInt(value as number) * unit;
    return ticks > -TICKS_MAX && ticks < TICKS_MAX ? writeDateTime(ticks) : undefined;
  });

const component = (name: 'year' | 'month' | 'day'): FunctionDefinition => ofMoment((ticks) => partsAt(ticks)[name]);

/** Functions of dates and times, which are texts in ISO 8601 and in UTC. */
export const DATE_FUNCTIONS: FunctionGroup = {
  AGO,
  DATETIMEADD: define(3, 3, (unit, amount, text) => {
    const [part, ticks] = [partNamed(unit), momentOf(text)];
    if (part === undefined || ticks === undefined || !Number.isSafeInteger(amount)) return undefined;
    return moved(ticks, part, amount as number);
  }),
  DATETIMEBIN: define(2, 4, bin),
  DATETIMEDIFF: define(3, 3, (unit, from, to) => {
    const [part, start, end] = [partNamed(unit), momentOf(from), momentOf(to)];
    return part === undefined || start === undefined || end === undefined ? undefined : boundaries(part, start, end);
  }),
  DATETIMEFORMAT: define(2, 2, (text, format) => {
    const ticks = momentOf(typeof text === 'string' ? text.replace(' ', 'T') : text);
    return ticks === undefined || typeof format !== 'string' ? undefined : formatDateTime(partsAt(ticks), format);
  }),
  DATETIMEFROMPARTS: define(3, 7, fromParts),
  DATETIMEPART: define(2, 2, (unit, text) => {
    const [part, ticks] = [partNamed(unit), momentOf(text)];
    return part === undefined || ticks === undefined ? undefined : partOf(part, partsAt(ticks));
  }),
  DATETIMETOTICKS: ofMoment(Number),
  DATETIMETOTIMESTAMP: ofMoment((ticks) => Number(floorDiv(ticks, TICKS_PER_MS))),
  DAY: component('day'),
  GETCURRENTDATETIME: moving(written),
  GETCURRENTDATETIMESTATIC: fixed(written),
  GETCURRENTTICKS: moving(inTicks),
  GETCURRENTTICKSSTATIC: fixed(inTicks),
  GETCURRENTTIMESTAMP: moving(inMs),
  GETCURRENTTIMESTAMPSTATIC: fixed(inMs),
  MONTH: component('month'),
  NOW: fixed(written),
  TICKSTODATETIME: fromNumber(1n),
  TIMESTAMPTODATETIME: fromNumber(TICKS_PER_MS),
  YEAR: component('year'),
};

const momentOf = (text: Value): bigint | undefined => (typeof text === 'string' ? readDateTime(text) : undefined);

const partNamed = (name: Value): DateUnit | undefined => (typeof name === 'string' ? unitOf(name) : undefined);

function moved(ticks: bigint, unit: DateUnit, amount: number): Value {
  const sum = add(ticks, unit, amount);
  return sum === undefined || sum <= -TICKS_MAX || sum >= TICKS_MAX ? undefined : writeDateTime(sum);
}

function add(ticks: bigint, unit: DateUnit, amount: number): bigint | undefined {
  if (unit === 'year') return addMonths(ticks, amount * MONTHS_PER_YEAR);
  if (unit === 'month') return addMonths(ticks, amount);
  if (unit === 'nanosecond') return ticks + BigInt(amount) / NANOSECONDS_PER_TICK;
  return ticks + BigInt(amount) * UNIT_TICKS[unit];
}

/** How many ends of a unit lie between two moments. */
function boundaries(unit: DateUnit, start: bigint, end: bigint): number {
  if (unit === 'year') return partsAt(end).year - partsAt(start).year;
  if (unit === 'month') return monthNumber(end) - monthNumber(start);
  if (unit === 'nanosecond') return Number((end - start) * NANOSECONDS_PER_TICK);
  return Number(floorDiv(end, UNIT_TICKS[unit]) - floorDiv(start, UNIT_TICKS[unit]));
}

function bin(text: Value, unit: Value, size: Value = 1, origin: Value = EPOCH): Value {
  const [ticks, part, start] = [momentOf(text), partNamed(unit), momentOf(origin)];
  if (ticks === undefined || part === undefined || start === undefined) return undefined;
  if (!Number.isSafeInteger(size) || (size as number) <= 0) return undefined;
  const width = size as number;
  if (part === 'year' || part === 'month') {
    const months = part === 'year' ? width * MONTHS_PER_YEAR : width;
    const passed = monthNumber(ticks) - monthNumber(start);
    const begun = addMonths(start, Math.floor(passed / months) * months);
    return begun === undefined ? undefined : writeDateTime(begun);
  }
  const step = part === 'nanosecond' ? ceilDiv(BigInt(width), NANOSECONDS_PER_TICK) : BigInt(width) * UNIT_TICKS[part];
  return writeDateTime(start + floorDiv(ticks - start, step) * step);
}

const ceilDiv = (value: bigint, by: bigint): bigint => -floorDiv(-value, by);

function fromParts(...args: Value[]): Value {
  if (!args.every((value) => Number.isInteger(value))) return undefined;
  const [year, month, day, hour = 0, minute = 0, second = 0, fraction = 0] = args as number[];
  const ticks = ticksOf({ year: year!, month: month!, day: day!, hour, minute, second, fraction });
  return ticks === undefined ? undefined : writeDateTime(ticks);
}

function partOf(unit: DateUnit, parts: DateParts): number {
  switch (unit) {
    case 'millisecond':
      return Math.floor(parts.fraction / Number(UNIT_TICKS.millisecond));
    case 'microsecond':
      return Math.floor(parts.fraction / Number(UNIT_TICKS.microsecond));
    case 'nanosecond':
      return parts.fraction * Number(NANOSECONDS_PER_TICK);
    default:
      return parts[unit];
  }
}
