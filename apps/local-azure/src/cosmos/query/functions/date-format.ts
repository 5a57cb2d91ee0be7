import type { DateParts } from './date-time.js';

const FRACTION_DIGITS = 7;
const HOURS_OF_CLOCK = 12;
/** A character that stands for itself, or a run of one letter that stands for a part. */
const PIECES = /\\(.)|([yMdHhmsfFt])\2*|./gs;

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** A part as one or two digits, by the length of its run. */
const plain =
  (read: (parts: DateParts) => number) =>
  (parts: DateParts, length: number): string | undefined =>
    length > 2 ? undefined : padded(read(parts), length);

const fraction = ({ fraction: ticks }: DateParts, length: number): string | undefined =>
  length > FRACTION_DIGITS ? undefined : padded(ticks, FRACTION_DIGITS).slice(0, length);

const SPECIFIERS: Readonly<Record<string, (parts: DateParts, length: number) => string | undefined>> = {
  y: ({ year }, length) => (length <= 2 ? padded(year % 100, length) : padded(year, length)),
  M: plain(({ month }) => month),
  d: plain(({ day }) => day),
  H: plain(({ hour }) => hour),
  h: plain(({ hour }) => ((hour + HOURS_OF_CLOCK - 1) % HOURS_OF_CLOCK) + 1),
  m: plain(({ minute }) => minute),
  s: plain(({ second }) => second),
  f: fraction,
  F: (parts, length) => fraction(parts, length)?.replace(/0+$/, ''),
  t: ({ hour }, length) => (length > 2 ? undefined : (hour < HOURS_OF_CLOCK ? 'AM' : 'PM').slice(0, length)),
};

/**
 * A moment in a format of the specifiers of custom formats of .NET that are numbers (`yyyy-MM-ddTHH:mm:ss.fff`), `tt`, and text
 * that stands for itself, after a backslash also where it would be a specifier; undefined for specifiers that are longer.
 */
export function formatDateTime(parts: DateParts, format: string): string | undefined {
  let written = '';
  for (const [piece, escaped, letter] of format.matchAll(PIECES)) {
    const text = letter === undefined ? (escaped ?? piece) : SPECIFIERS[letter]!(parts, piece.length);
    if (text === undefined) return undefined;
    written += text;
  }
  return written;
}
