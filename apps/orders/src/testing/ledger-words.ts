import type { EventEnvelope } from '@ballast/contracts';
import { NO_BALANCES, envelope } from './given-platform.js';

/** What the ledger speaks of: an order, or a replacement of one. */
export interface Held {
  readonly orderId: string;
  readonly profileId: string;
  readonly revision?: number;
}

/** The ledger's word that capital is held; `place` is unique among its words about the profile. */
export function heldWord({ orderId, profileId, revision }: Held, place: string): EventEnvelope {
  const of = { orderId, profileId, ...(revision !== undefined && { revision }) };
  const data = { ...of, asset: 'USD', postingId: 'posting:1', units: '100100', balances: NO_BALANCES };
  return wordOf('held', place, data);
}

/** The ledger's word that there is not enough. */
export function declinedWord({ orderId, profileId, revision }: Held, place: string): EventEnvelope {
  const refusal = { code: 'insufficient-capital', limit: '0.00', value: '1001.00' };
  return wordOf('declined', place, {
    ...{ orderId, profileId, asset: 'USD', refusal },
    ...(revision !== undefined && { revision }),
  });
}

function wordOf(word: string, place: string, data: Held): EventEnvelope {
  return envelope({
    id: `ledger:${data.profileId}:${place}`,
    type: `capital.${word}.v1`,
    source: '/ledger',
    subject: data.orderId,
    partitionkey: data.profileId,
    data,
  });
}
