/** One call of something measured; `turn` is different for every call. */
export type Call = (turn: number) => Promise<unknown>;

/** What a stretch of calls came to. */
export interface Stretch {
  readonly calls: number;
  readonly perSecond: number;
}

let turns = 0;

/** Makes calls for `ms` milliseconds, `concurrency` at a time. */
export async function drive(call: Call, concurrency: number, ms: number): Promise<Stretch> {
  const start = performance.now();
  let calls = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - start < ms) {
      await call(turns++);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { calls, perSecond: (calls * 1_000) / (performance.now() - start) };
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
