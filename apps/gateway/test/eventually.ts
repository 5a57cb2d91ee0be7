import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Asks until the answer satisfies `isRight`, and returns it; throws with the last answer after `timeoutMs`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > endsAtMs) throw new Error(`still ${JSON.stringify(answer)}`);
    await delay(POLL_MS);
  }
}
