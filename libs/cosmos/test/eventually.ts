import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 5;
const PATIENCE_MS = 20_000;

/** Waits until `probe` returns something other than false or undefined; fails after 20 s. */
export async function eventually<T>(what: string, probe: () => T | false | undefined): Promise<T> {
  const endsAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = probe();
    if (value !== false && value !== undefined) return value;
    if (performance.now() > endsAt) throw new Error(`never happened: ${what}`);
    await delay(POLL_MS);
  }
}

/** Lets `parties` callers go on only when all of them have arrived; later callers pass. */
export function barrier(parties: number): () => Promise<void> {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived >= parties) open();
    return opened;
  };
}
