import { declareEvent } from './event.js';
import { CountField, DecimalField, FlagField, IdField, TextField } from './fields.js';
import { PROFILE_ID_PATTERN } from './ids.js';

/** Limits of one profile; one that is left out is the product's. Amounts in USD. */
export class TradingLimits {
  @DecimalField({ description: 'What one order may be worth.', positive: true, optional: true, example: '50000' })
  orderNotionalUsdMax?: string;
  @DecimalField({
    description: 'What may be held of a symbol, at cost, and asked for, at its worst price.',
    positive: true,
    optional: true,
    example: '200000',
  })
  positionUsdMax?: string;
  @DecimalField({
    description: 'The same as a share of the capital that is allocated to the profile: 0.25 is a quarter.',
    positive: true,
    optional: true,
    example: '0.25',
  })
  concentrationRatioMax?: string;
  @CountField({ description: 'Orders that may be live at once.', min: 1, max: 500, optional: true, example: 20 })
  openOrdersMax?: number;
  @CountField({ description: 'Entries in a minute.', min: 1, max: 100_000, optional: true, example: 60 })
  ordersPerMinuteMax?: number;
  @DecimalField({
    description: 'What exits of one day, UTC, may lose after fees before no entry is placed any more.',
    positive: true,
    optional: true,
    example: '1000',
  })
  dailyLossUsdMax?: string;
  @CountField({
    description: 'Trades that may end in a loss one after the other, on one day, UTC.',
    min: 1,
    max: 1_000,
    optional: true,
    example: 3,
  })
  lossesInARowMax?: number;
  @FlagField({
    description: 'Whether it may sell what it does not hold, with capital held as collateral.',
    optional: true,
    example: false,
  })
  shortSelling?: boolean;
}

export class BookLimitsChangedV1 extends TradingLimits {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @TextField({ description: 'Who decided.', lengthMax: 64 })
  actor!: string;
}

export const bookLimitsChanged = declareEvent<BookLimitsChangedV1>(
  'orders',
  'book.limits-changed.v1',
  BookLimitsChangedV1,
  'A profile has limits of its own; those that are not named are the product’s.',
);
