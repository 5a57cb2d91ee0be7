/** What a profile's exits have made on one day, UTC. */
export interface TradingDay {
  /** `yyyy-mm-dd`. */
  readonly date: string;
  /** Profits less losses after all fees, in whole units of USD. */
  readonly resultUnits: bigint;
  /** Trades closed with a loss since the last one without. */
  readonly lossesInARow: number;
}

/** A day on which nothing has been closed. */
export function untradedDay(date: string): TradingDay {
  return { date, resultUnits: 0n, lossesInARow: 0 };
}

/** The day of an instant in ISO 8601, UTC. */
export function dateOf(instant: string): string {
  return instant.slice(0, 'yyyy-mm-dd'.length);
}

/**
 * The day after an exit was executed at `instant`, ISO 8601: the first one of a new day begins it, and one that is told
 * late, of a day that is over, changes nothing any more. `closing` is the result of the whole trade where it is over.
 */
export function evolveDay(
  day: TradingDay | undefined,
  instant: string,
  { resultUnits, closing }: { readonly resultUnits: bigint; readonly closing: bigint | undefined },
): TradingDay {
  const date = dateOf(instant);
  const today = day === undefined || day.date < date ? untradedDay(date) : day;
  if (date < today.date) return today;
  const losses = closing === undefined ? today.lossesInARow : closing < 0n ? today.lossesInARow + 1 : 0;
  return { date, resultUnits: today.resultUnits + resultUnits, lossesInARow: losses };
}
