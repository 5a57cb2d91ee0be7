/** Resolves with true after `ms` milliseconds, or with false as soon as `signal` aborts. */
export function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (elapsed: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupted);
      resolve(elapsed);
    };
    const interrupted = (): void => end(false);
    const timer = setTimeout(() => end(true), ms);
    signal.addEventListener('abort', interrupted);
  });
}

/** Resolves with true when `work` has settled, or with false when that takes longer than `ms` milliseconds. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController();
  const late = wait(ms, settled.signal).then((elapsed) => !elapsed);
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  settled.abort();
  return inTime;
}
