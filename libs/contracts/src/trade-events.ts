import { declareEvent } from './event.js';
import { DecimalField, IdField, InstantField, TextField, UnitsField, WordField } from './fields.js';
import { ORDER_ID_PATTERN, PROFILE_ID_PATTERN, TRADE_ID_PATTERN } from './ids.js';

/** What a trade bets on: a long one was bought first, a short one was sold first. */
export const TRADE_DIRECTIONS = ['long', 'short'] as const;
export type TradeDirection = (typeof TRADE_DIRECTIONS)[number];

/** A trade that is over, or over again after a fill that came late: what its exits closed since it was opened. */
export class TradeClosedV1 {
  @IdField(TRADE_ID_PATTERN, { description: 'The trade.' })
  tradeId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'Its profile.' })
  profileId!: string;
  @TextField({ description: 'What was traded.', lengthMax: 17 })
  symbol!: string;
  @WordField(TRADE_DIRECTIONS, { description: 'Which of the two came first; absent: long.', optional: true })
  direction?: TradeDirection;
  @DecimalField({ description: 'How much was bought and sold.', positive: true })
  quantity!: string;
  @UnitsField({ description: 'What it cost, in units of `asset`.' })
  costUnits!: string;
  @UnitsField({ description: 'What it was sold for.' })
  proceedsUnits!: string;
  @UnitsField({ description: 'Proceeds less cost, before fees; negative for a loss.' })
  realizedPnlUnits!: string;
  @UnitsField({ description: 'Fees of its entries and exits.' })
  feeUnits!: string;
  @TextField({ description: 'The asset of all amounts.', lengthMax: 12 })
  asset!: string;
  @IdField(ORDER_ID_PATTERN, { description: 'The order whose fill or end closed it.' })
  closedBy!: string;
  @InstantField({ description: 'When that was recorded.' })
  closedAt!: string;
}

export const tradeClosed = declareEvent<TradeClosedV1>(
  'orders',
  'trade.closed.v1',
  TradeClosedV1,
  'Nothing of a trade is held or live any more; its result is final unless a fill comes late.',
);
