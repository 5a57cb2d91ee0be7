import type { EventEnvelope } from '@ballast/contracts';
import type {
  ControlsChangedV1,
  OrderExitsDueV1,
  OrderExitsOversizedV1,
  OrderPlacedV1,
  OrderReference,
  OrderReplaceRequestedV1,
} from '@ballast/contracts/orders';
import type { VenueUpdate } from '@ballast/venue';
import { orderKeyOf } from '../adapters/order-key.js';
import type { Word } from './model-ledger.js';
import type { Verbs } from './orders-verbs.js';

/** A message that somebody is to handle: the ledger's word, an event that comes back, or the broker's update. */
export interface Message {
  readonly run: (verbs: Verbs) => Promise<unknown>;
}

/** Who is told when a message comes to somebody. */
export interface Recipients {
  /** The ledger has told that capital is held for the order, or for other terms of it. */
  told(orderId: string, revision: number): void;
  /** What sends the order, or asks for other terms of it, has come to its end. */
  handled(orderId: string, revision: number): void;
  /** What placed the exits of a fill has come to its end. */
  exitsHandled(due: OrderExitsDueV1): void;
}

const REFUSAL = { code: 'insufficient-capital' as const, limit: '9000.00', value: '9001.00' };

/** What an event brings about, by whichever replica it is delivered to; `word` is the ledger's answer to it. */
export function messageOf({ type, data, time }: EventEnvelope, word: Word, to: Recipients): Message | undefined {
  switch (type) {
    case 'order.placed.v1':
      return afterPlacement(data as OrderPlacedV1, word, to);
    case 'order.replace-requested.v1':
      return afterRequest(data as OrderReplaceRequestedV1, word, to);
    case 'order.triggered.v1':
      return afterTrigger(data as OrderReference, to);
    case 'order.exits-due.v1':
      return { run: (verbs) => placeExits(verbs, data as OrderExitsDueV1, to) };
    case 'order.exits-oversized.v1':
      return { run: ({ shrinkExits }) => shrinkExits.execute(data as OrderExitsOversizedV1) };
    case 'order.cancel-requested.v1':
      return { run: ({ cancelAtVenue }) => cancelAtVenue.execute(data as OrderReference) };
    case 'controls.changed.v1':
      return { run: ({ enforce }) => enforce.execute(data as ControlsChangedV1, time) };
    default:
      return undefined;
  }
}

/** What the broker tells; an order that is not ours is nothing to us: the second of a pair. */
export function messageFrom(update: VenueUpdate): Message | undefined {
  const key = orderKeyOf(update.order.brokerKey);
  if (key === undefined) return undefined;
  return update.kind === 'executed'
    ? { run: ({ hear }) => hear.execute(key, update.execution) }
    : { run: ({ settle }) => settle.execute(key, update.order) };
}

async function placeExits(verbs: Verbs, due: OrderExitsDueV1, to: Recipients): Promise<void> {
  await verbs.placeExits.execute(due);
  to.exitsHandled(due);
}

function afterTrigger(triggered: OrderReference, to: Recipients): Message {
  return {
    run: async ({ submit }) => {
      await submit.execute(triggered);
      to.handled(triggered.orderId, 0);
    },
  };
}

function afterPlacement(placed: OrderPlacedV1, word: Word, to: Recipients): Message {
  const { orderId, profileId, asset } = placed;
  if (word === 'declined')
    return { run: ({ reject }) => reject.execute({ orderId, profileId, asset, refusal: REFUSAL }) };
  return {
    run: async ({ submit }) => {
      to.told(orderId, 0);
      await submit.execute(placed);
      to.handled(orderId, 0);
    },
  };
}

function afterRequest(requested: OrderReplaceRequestedV1, word: Word, to: Recipients): Message {
  const { orderId, profileId, asset, revision } = requested;
  if (word === 'declined') {
    const declined = { orderId, profileId, asset, revision, refusal: REFUSAL };
    return {
      run: async ({ rejectReplacement }) => {
        await rejectReplacement.execute(declined, revision);
        to.handled(orderId, revision);
      },
    };
  }
  return {
    run: async ({ replaceAtVenue }) => {
      to.told(orderId, revision);
      await replaceAtVenue.execute(requested, revision);
      to.handled(orderId, revision);
    },
  };
}
