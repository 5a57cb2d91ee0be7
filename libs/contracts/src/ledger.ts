import { declareEvent } from './event.js';
import {
  CountField,
  DecimalField,
  IdField,
  InstantField,
  NestedField,
  TextField,
  UnitsField,
  WordField,
} from './fields.js';
import { ORDER_ID_PATTERN, PROFILE_ID_PATTERN } from './ids.js';
import { RefusalReason } from './orders.js';

/** What a posting can be about. */
export const POSTING_KINDS = ['deposit', 'withdrawal', 'hold', 'entry-execution', 'exit-execution', 'release'] as const;
export type PostingKind = (typeof POSTING_KINDS)[number];

/** The balances of a profile, in whole units of the asset. `available` = allocated − reserved + P&L − fees + shortfall. */
export class CapitalBalances {
  @UnitsField({ description: 'Deposits less withdrawals.' })
  allocated!: string;
  @UnitsField({ description: 'Held for orders that are not done.' })
  reservedForOrders!: string;
  @UnitsField({ description: 'Cost of what is held.' })
  reservedForPositions!: string;
  @UnitsField({ description: 'Profit or loss of what was closed.' })
  realizedPnl!: string;
  @UnitsField({ description: 'Fees paid.' })
  fees!: string;
  @UnitsField({ description: 'What the broker took beyond what was available.' })
  shortfall!: string;
  @UnitsField({ description: 'Free for new orders.' })
  available!: string;
}

/** What every event of a profile's ledger repeats. */
export class LedgerReference {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @TextField({ description: 'The asset of all amounts.', lengthMax: 12 })
  asset!: string;
}

export class AccountOpenedV1 extends LedgerReference {}

/** Something was posted: which posting, how much, and the balances after it. */
export class CapitalMovedV1 extends LedgerReference {
  @TextField({ description: 'The posting.', lengthMax: 200 })
  postingId!: string;
  @UnitsField({ description: 'The amount, in units of `asset`.' })
  units!: string;
  @NestedField(() => CapitalBalances, { description: 'Balances after the posting.' })
  balances!: CapitalBalances;
}

export class CapitalHeldV1 extends CapitalMovedV1 {
  @IdField(ORDER_ID_PATTERN, { description: 'The order for which it is held.' })
  orderId!: string;
}

export class CapitalDeclinedV1 extends LedgerReference {
  @IdField(ORDER_ID_PATTERN, { description: 'The order that gets no capital.' })
  orderId!: string;
  @NestedField(() => RefusalReason, { description: 'Why.' })
  refusal!: RefusalReason;
}

export class CapitalPostedV1 extends CapitalMovedV1 {
  @IdField(ORDER_ID_PATTERN, { description: 'The order whose execution is settled.' })
  orderId!: string;
  @CountField({ description: 'Number of the execution within the order.', min: 1, max: 1_000_000 })
  executionNumber!: number;
  @UnitsField({ description: 'Cost (entry) or proceeds (exit) of the execution.' })
  notionalUnits!: string;
  @UnitsField({ description: 'Fee of the execution.' })
  feeUnits!: string;
  @UnitsField({ description: 'Profit or loss that it realised; 0 for an entry.' })
  realizedPnlUnits!: string;
  @UnitsField({ description: 'The rest of the hold that it set free; 0 unless it completed the order.' })
  releasedUnits!: string;
}

export class CapitalReleasedV1 extends CapitalMovedV1 {
  @IdField(ORDER_ID_PATTERN, { description: 'The order whose hold is set free.' })
  orderId!: string;
}

export class WithdrawalRefusedV1 extends LedgerReference {
  @UnitsField({ description: 'What was asked for.' })
  units!: string;
  @NestedField(() => RefusalReason, { description: 'Why.' })
  refusal!: RefusalReason;
}

const ledgerEvent = <D extends object>(type: string, data: new () => D, meaning: string) =>
  declareEvent<D>('ledger', type, data, meaning);

export const accountOpened = ledgerEvent(
  'capital.account-opened.v1',
  AccountOpenedV1,
  'The ledger knows the profile; it can be funded.',
);
export const capitalDeposited = ledgerEvent('capital.deposited.v1', CapitalMovedV1, 'Capital was added to a profile.');
export const capitalWithdrawn = ledgerEvent(
  'capital.withdrawn.v1',
  CapitalMovedV1,
  'Capital was taken out of a profile.',
);
export const withdrawalRefused = ledgerEvent(
  'capital.withdrawal-refused.v1',
  WithdrawalRefusedV1,
  'A withdrawal was refused; nothing moved.',
);
export const capitalHeld = ledgerEvent(
  'capital.held.v1',
  CapitalHeldV1,
  'The worst cost and fee of an order are reserved.',
);
export const capitalDeclined = ledgerEvent(
  'capital.declined.v1',
  CapitalDeclinedV1,
  'There is not enough capital for an order; nothing moved.',
);
export const capitalPosted = ledgerEvent(
  'capital.posted.v1',
  CapitalPostedV1,
  'An execution is settled in the ledger.',
);
export const capitalReleased = ledgerEvent(
  'capital.released.v1',
  CapitalReleasedV1,
  'The rest of a hold is available again.',
);

export class MoveCapitalRequest {
  @DecimalField({ description: 'The amount, in whole cents.', positive: true, example: '10000.00' })
  amount!: string;
}

export class CapitalMoveView {
  @TextField({ description: 'The posting.', lengthMax: 200 })
  postingId!: string;
  @WordField(['deposit', 'withdrawal'], { description: 'Which way.' })
  kind!: 'deposit' | 'withdrawal';
  @DecimalField({ description: 'The amount.' })
  amount!: string;
  @DecimalField({ description: 'Free for new orders after it.' })
  available!: string;
}

/** A profile's capital, amounts as decimals with the asset's digits. */
export class CapitalView {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @TextField({ description: 'The asset.', lengthMax: 12 })
  asset!: string;
  @DecimalField({ description: 'Deposits less withdrawals.' })
  allocated!: string;
  @DecimalField({ description: 'Held for orders that are not done.' })
  reservedForOrders!: string;
  @DecimalField({ description: 'Cost of what is held.' })
  reservedForPositions!: string;
  @DecimalField({ description: 'Profit or loss of what was closed.' })
  realizedPnl!: string;
  @DecimalField({ description: 'Fees paid.' })
  fees!: string;
  @DecimalField({ description: 'What the broker took beyond what was available.' })
  shortfall!: string;
  @DecimalField({ description: 'Free for new orders.' })
  available!: string;
  @CountField({ description: 'Number of postings so far.', min: 0, max: Number.MAX_SAFE_INTEGER })
  postings!: number;
  @InstantField({ description: 'When it last changed.' })
  updatedAt!: string;
}
