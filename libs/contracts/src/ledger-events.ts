import { declareEvent } from './event.js';
import { CountField, IdField, NestedField, TextField, UnitsField } from './fields.js';
import { ORDER_ID_PATTERN, PROFILE_ID_PATTERN, REVISION_MAX } from './ids.js';
import { RefusalReason } from './orders.js';

/** What a posting can be about, and what it does. */
export const POSTING_KINDS = {
  deposit: 'Capital comes in; a shortfall is repaid first.',
  withdrawal: 'Available capital goes out.',
  hold: 'The worst cost and fee of an entry are reserved.',
  'hold-raised': 'What other terms of an entry may cost beyond its hold is reserved before the broker is asked.',
  'entry-execution':
    'A fill opened a position: cost or collateral and fee leave the hold, the rest of its part is free.',
  'exit-execution':
    'A fill closed a position: what was reserved for it is free, with the profit or loss, less the fee.',
  release: 'What is left of the hold of an ended order, or too much for its other terms, is free again.',
  fee: 'The broker charged a fee beside its executions; what is not available becomes shortfall.',
  adjustment: 'An operator corrects the realised profit or loss.',
  'transfer-reserved': 'Available capital is on its way to another profile.',
  'transfer-out': 'What was on its way has arrived in the other profile.',
  'transfer-in': 'Capital comes from another profile; a shortfall is repaid first.',
  'transfer-returned': 'What was on its way is back: the other profile did not take it.',
  reversal: 'An operator takes an entry made by hand back, once.',
} as const;
export type PostingKind = keyof typeof POSTING_KINDS;

/**
 * The balances of a profile, in whole units of the asset. `available` = allocated − reserved − in transit + P&L − fees +
 * shortfall.
 */
export class CapitalBalances {
  @UnitsField({ description: 'Deposits less withdrawals.' })
  allocated!: string;
  @UnitsField({ description: 'Held for orders that are not done.' })
  reservedForOrders!: string;
  @UnitsField({ description: 'Cost of what is held, and collateral for what is owed.' })
  reservedForPositions!: string;
  @UnitsField({ description: 'Profit or loss of what was closed.' })
  realizedPnl!: string;
  @UnitsField({ description: 'Fees paid.' })
  fees!: string;
  @UnitsField({ description: 'What the broker took beyond what was available.' })
  shortfall!: string;
  @UnitsField({ description: 'On its way to another profile; absent where nothing is.', optional: true })
  inTransit?: string;
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
  @CountField({
    description: 'The replacement of the order for which it is held; absent for the placement.',
    min: 1,
    max: REVISION_MAX,
    optional: true,
  })
  revision?: number;
}

export class CapitalDeclinedV1 extends LedgerReference {
  @IdField(ORDER_ID_PATTERN, { description: 'The order that gets no capital.' })
  orderId!: string;
  @NestedField(() => RefusalReason, { description: 'Why.' })
  refusal!: RefusalReason;
  @CountField({
    description:
      'The replacement of the order that gets no capital; the order stays as it was; absent for the placement.',
    min: 1,
    max: REVISION_MAX,
    optional: true,
  })
  revision?: number;
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

/** Declares an event that the ledger publishes. */
export const ledgerEvent = <D extends object>(type: string, data: new () => D, meaning: string) =>
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
