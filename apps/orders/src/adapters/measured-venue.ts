import { durationOf, inSpan } from '@ballast/service-bus';
import type { Venue } from '@ballast/venue';

const ANSWERED = durationOf('ballast.venue.duration', 'From a call of the broker to its answer.');

type Call = (...args: unknown[]) => Promise<unknown>;

/** Calls of the broker that are answered; its streams are not. */
const CALLS: ReadonlySet<string | symbol> = new Set<keyof Venue>([
  'submit',
  'lookup',
  'find',
  'cancel',
  'replace',
  'openOrders',
  'executionsSince',
  'positions',
  'account',
  'assets',
  'clock',
  'quotes',
  'bars',
]);

/** The same broker; each call is a span of what is being handled, and is timed by its name and what came of it. */
export function measuredVenue(venue: Venue, kind: string): Venue {
  return new Proxy(venue, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as Call;
      return CALLS.has(key) ? (...args: unknown[]) => timed(() => call(...args), { kind, call: String(key) }) : call;
    },
  });
}

async function timed(work: () => Promise<unknown>, { kind, call }: { kind: string; call: string }): Promise<unknown> {
  const beganMs = performance.now();
  let outcome = 'answered';
  try {
    return await inSpan(`broker ${call}`, { kind: 'client', attributes: { 'peer.service': kind } }, work);
  } catch (error) {
    outcome = error instanceof Error ? error.name : 'unknown';
    throw error;
  } finally {
    ANSWERED.record((performance.now() - beganMs) / 1_000, { venue: kind, call, outcome });
  }
}
