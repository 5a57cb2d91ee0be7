import { Delivery } from './delivery.js';
import type { EventLanes } from './event-lanes.js';
import { eventOf } from './event-message.js';
import type { Declarations } from './event-message.js';
import { receivedAgain } from './parking.js';
import type { ParkedMessage, ParkingCause, Redriven } from './parking.js';
import { BUG_ATTEMPTS_MAX, WAIT_TOTAL_MS_MAX, causeOf } from './settlement.js';
import type { Attempts, FinalSettlement } from './settlement.js';

/** Whoever redrives waits for the outcome, so that every retry counts as used up. */
const LAST_TRY: Attempts = { waits: 0, waitedMs: WAIT_TOTAL_MS_MAX, bugs: BUG_ATTEMPTS_MAX - 1 };

/** Handles a parked message once, in its lane among the messages that arrive. Rejects only where the lanes are closed. */
export async function redriveIn(
  lanes: EventLanes,
  parked: ParkedMessage,
  declarations: Declarations,
): Promise<Redriven> {
  const message = receivedAgain(parked);
  const read = readOrCause(() => eventOf(message, declarations));
  if ('reason' in read) return { kind: 'parked', ...read };
  return new Promise((resolve) => {
    const settle = async (_delivery: Delivery, settlement: FinalSettlement): Promise<void> =>
      resolve(redriven(settlement));
    lanes.add(new Delivery(message, read.event, { mustWait: () => false, settle }, LAST_TRY));
  });
}

function readOrCause<Event>(read: () => Event): { readonly event: Event } | ParkingCause {
  try {
    return { event: read() };
  } catch (error) {
    return causeOf(error);
  }
}

function redriven(settlement: FinalSettlement): Redriven {
  if (settlement.kind === 'complete') return { kind: 'handled' };
  if (settlement.kind !== 'park') return { kind: 'later' };
  const { reason, description } = settlement;
  return { kind: 'parked', reason, description };
}
