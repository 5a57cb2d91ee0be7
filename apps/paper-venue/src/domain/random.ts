/** A repeatable source of whole numbers. */
export interface Random {
  /** A number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
}

/** The source that belongs to a name: the same name always gives the same numbers (FNV-1a into mulberry32). */
export function seededRandom(name: string): Random {
  let state = 0x811c9dc5;
  for (const char of name) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { integer: (min, max) => min + (next() % (max - min + 1)) };
}
