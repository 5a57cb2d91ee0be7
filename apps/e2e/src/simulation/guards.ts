import type { Guard } from '@ballast/faults';
import type { BusWeakness } from './bus.js';
import type { StoreWeakness } from './store.js';
import type { VenueWeakness } from './venue-port.js';

/** How orders are wired without one of their precautions. */
export interface OrdersWeakness {
  /** That capital is declined is taken as if it were held. */
  readonly ignoresRefusals?: boolean;
}

/** What is weak where a precaution is left out. */
export interface Weakness {
  readonly store?: StoreWeakness;
  readonly bus?: BusWeakness;
  readonly venue?: VenueWeakness;
  readonly orders?: OrdersWeakness;
  readonly savesBeforeSending?: boolean;
}

/** Rows that prove that an execution was recorded, and that answer a request under its key. */
const isHandledRow = (id: string): boolean => id.startsWith('execution:');
const isAnswer = (id: string): boolean => id.startsWith('key:') || id.startsWith('answer:');
/** Rows whose id is made from what caused them. */
const isMadeFromItsCause = (id: string): boolean => id.startsWith('posting:');

const WEAKNESSES: Readonly<Record<Guard, Weakness>> = {
  'handled-rows': { store: { isForgotten: isHandledRow } },
  'deterministic-ids': { store: { isForgotten: isMadeFromItsCause } },
  'etag-check': { store: { forgetsVersions: true } },
  'checkpoint-after-send': { savesBeforeSending: true },
  'idempotency-key': { store: { isForgotten: isAnswer } },
  'look-up-before-retry': { venue: { seesNothing: true } },
  'hold-check': { orders: { ignoresRefusals: true } },
};

/** How a world is weak without a precaution. */
export function weaknessOf(without: Guard | undefined): Weakness {
  return without === undefined ? {} : WEAKNESSES[without];
}
