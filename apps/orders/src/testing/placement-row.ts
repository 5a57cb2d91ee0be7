import type { Refusal } from '@ballast/contracts';
import { EXIT, TRADE } from '../domain/given-placement.js';
import type { terms } from '../domain/given-placement.js';
import { emptyBook } from '../domain/given.js';
import type { PlacementFacts } from '../domain/placement.js';
import { untradedDay } from '../domain/trading-day.js';

/** What differs from ten AAPL at 100 that are placed, and why they are refused then. */
export interface RefusalRow {
  readonly name: string;
  readonly terms?: Parameters<typeof terms>[0];
  readonly facts?: Partial<PlacementFacts>;
  readonly refusal: Refusal;
}

/** What differs from them in terms and in facts, and is placed too. */
export type PlacedRow = readonly [name: string, terms: Parameters<typeof terms>[0], facts: Partial<PlacementFacts>];

/** A sale of all that can be sold of {@link HOLDING}. */
export const HELD = { ...EXIT, quantity: '3', limitPrice: undefined };
/** A book in which some AAPL are held. */
export const HOLDING = emptyBook({ trades: { AAPL: TRADE } });
/** A day on which nothing was traded yet. */
export const TODAY = untradedDay('2026-11-20');
/** A day that has lost all that it may. */
export const LOST = { ...TODAY, resultUnits: -100_000n, lossesInARow: 3 };
/** What makes a stop of the terms. */
export const STOP = { type: 'stop', limitPrice: undefined } as const;
/** An instant as texts have it. */
export const iso = (ms: number): string => new Date(ms).toISOString();
