import type { Pace } from './arrivals.js';
import { isHeld, stretch } from './stretch.js';
import type { Side } from './stretch.js';

/** How the highest rate is looked for. */
export interface Search {
  /** The first rate that is tried. */
  readonly from: number;
  /** By how much the next is higher, or lower where not even the first is held. */
  readonly factor: number;
  /** How long each is tried. */
  readonly seconds: number;
  /** How often one may fail before it counts as not held: one pause of the machine is no limit of the side. */
  readonly tries: number;
}

/** Orders a second below which nothing is tried. */
const PER_SECOND_MIN = 0.5;

/** The highest rate that the side holds; 0 where it holds none. Throws when `signal` says that the time is over. */
export async function highestHeld(
  side: Side,
  { from, factor, seconds, tries }: Search,
  signal: AbortSignal,
): Promise<number> {
  let [held, perSecond] = [0, from];
  while (perSecond >= PER_SECOND_MIN) {
    const isHeldNow = await holds(side, { perSecond, seconds, tries }, signal);
    if (isHeldNow) held = perSecond;
    // Upwards until one is not held; downwards until one is.
    if (isHeldNow ? perSecond < from : held > 0) return held;
    perSecond = rounded(isHeldNow ? perSecond * factor : perSecond / factor);
  }
  return held;
}

async function holds(
  side: Side,
  { tries, ...pace }: Pace & Pick<Search, 'tries'>,
  signal: AbortSignal,
): Promise<boolean> {
  for (let failures = 0; failures < tries; failures += 1) {
    signal.throwIfAborted();
    const tried = await stretch(side, pace, signal);
    const [accept, audited] = [tried.accept.percentile(99).toFixed(0), tried.audited.percentile(99).toFixed(0)];
    const verdict = isHeld(tried) ? 'held' : 'not held';
    console.log(
      `  ${side.name} at ${pace.perSecond} a second: accepted ${accept} ms, audited ${audited} ms (p99), lost ${tried.lost}: ${verdict}`,
    );
    if (isHeld(tried)) return true;
  }
  return false;
}

/** To three digits. */
const rounded = (perSecond: number): number => Number(perSecond.toPrecision(3));
