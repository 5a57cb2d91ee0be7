import { CountField, DecimalField, IdField, InstantField, ListField, TextField, WordField } from './fields.js';
import { ORDER_ID_PATTERN, TRADE_ID_PATTERN } from './ids.js';
import { TRADE_DIRECTIONS } from './trade-events.js';
import type { TradeDirection } from './trade-events.js';

/** Symbols that a list of positions holds at most; a book with more has outgrown its document long before. */
const POSITIONS_MAX = 10_000;

/** What a profile holds of a symbol and what became of it so far. Amounts in USD. */
export class PositionView {
  @TextField({ description: 'What is held.', lengthMax: 17 })
  symbol!: string;
  @IdField(TRADE_ID_PATTERN, { description: 'The open trade.' })
  tradeId!: string;
  @DecimalField({ description: 'How much is held; below zero where it was sold short and is owed.' })
  quantity!: string;
  @DecimalField({ description: 'How much of it live exits may still close.' })
  exiting!: string;
  @CountField({ description: 'Entry orders that are live.', min: 0, max: 1_000 })
  liveEntries!: number;
  @DecimalField({ description: 'What it cost, without fees; below zero where it was sold short: what that brought.' })
  cost!: string;
  @DecimalField({ description: 'What one cost on average, or brought; absent where nothing is held.', optional: true })
  averageCost?: string;
  @DecimalField({ description: 'Capital reserved as collateral; of what was sold short only.', optional: true })
  collateral?: string;
  @DecimalField({
    description: 'The best bid, for what is owed the best offer; absent where there is no quote now.',
    optional: true,
  })
  marketPrice?: string;
  @DecimalField({ description: 'What closing it all at that price would earn before fees.', optional: true })
  unrealizedPnl?: string;
  @DecimalField({ description: 'What exits of the open trade have earned, before fees.' })
  realizedPnl!: string;
  @DecimalField({ description: 'Fees of the open trade so far.' })
  fees!: string;
}

export class PositionList {
  @ListField(() => PositionView, { description: 'One per symbol with an open trade.', itemsMax: POSITIONS_MAX })
  items!: PositionView[];
}

/** A trade that is over. Amounts in USD. */
export class TradeView {
  @IdField(TRADE_ID_PATTERN, { description: 'The trade; twice in the list where a fill came after it was over.' })
  tradeId!: string;
  @TextField({ description: 'What was traded.', lengthMax: 17 })
  symbol!: string;
  @WordField(TRADE_DIRECTIONS, { description: 'Whether it was bought first, or sold first.' })
  direction!: TradeDirection;
  @DecimalField({ description: 'How much was bought and sold.' })
  quantity!: string;
  @DecimalField({ description: 'What it cost.' })
  cost!: string;
  @DecimalField({ description: 'What it was sold for.' })
  proceeds!: string;
  @DecimalField({ description: 'Proceeds less cost, before fees.' })
  realizedPnl!: string;
  @DecimalField({ description: 'Fees of its entries and exits.' })
  fees!: string;
  @IdField(ORDER_ID_PATTERN, { description: 'The order whose fill or end closed it.' })
  closedBy!: string;
  @InstantField({ description: 'When that was recorded.' })
  closedAt!: string;
}

export class TradePage {
  @ListField(() => TradeView, { description: 'Newest first.', itemsMax: 500 })
  items!: TradeView[];
  @TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8192,
    optional: true,
  })
  nextCursor?: string;
}
