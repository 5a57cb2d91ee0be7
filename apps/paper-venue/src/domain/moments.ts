/** Hands out moments of the wall clock that never repeat and never go back: ISO 8601 with microseconds. */
export class Moments {
  private lastMicros: bigint;

  constructor(
    private readonly nowMs: () => number,
    last: string | undefined,
  ) {
    this.lastMicros = last === undefined ? 0n : microsOf(last);
  }

  /** The next moment: now, or a microsecond after the one before it, whichever is later. */
  next(): string {
    const now = BigInt(Math.trunc(this.nowMs())) * MICROS_PER_MS;
    this.lastMicros = now > this.lastMicros ? now : this.lastMicros + 1n;
    return textOf(this.lastMicros);
  }
}

const MICROS_PER_MS = 1000n;

/** The midnight (UTC) after a moment, which is when the venue's day ends. */
export function endOfDay(moment: string): string {
  const end = new Date(`${moment.slice(0, 10)}T00:00:00.000Z`);
  end.setUTCDate(end.getUTCDate() + 1);
  return textOf(BigInt(end.getTime()) * MICROS_PER_MS);
}

const MOMENT_PATTERN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?)?$/;

/** The venue's form of a date or date-time that a client wrote (UTC where no offset is given), or undefined when it is none. */
export function readMoment(text: string): string | undefined {
  const [, date, time = '00:00:00', fraction = '', offset = 'Z'] = MOMENT_PATTERN.exec(text) ?? [];
  const secondsMs = Date.parse(`${date}T${time}${offset}`);
  if (Number.isNaN(secondsMs)) return undefined;
  return textOf(BigInt(secondsMs) * MICROS_PER_MS + BigInt(fraction.padEnd(6, '0').slice(0, 6)));
}

function microsOf(moment: string): bigint {
  return BigInt(Date.parse(moment)) * MICROS_PER_MS + BigInt(moment.slice(23, 26));
}

function textOf(micros: bigint): string {
  const iso = new Date(Number(micros / MICROS_PER_MS)).toISOString();
  return `${iso.slice(0, -1)}${(micros % MICROS_PER_MS).toString().padStart(3, '0')}Z`;
}
