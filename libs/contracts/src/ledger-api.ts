import { CountField, DecimalField, IdField, InstantField, NestedField, TextField, WordField } from './fields.js';
import { PROFILE_ID_PATTERN } from './ids.js';
import { REASON_CHARS_MAX } from './ledger-account-events.js';

/** What a posting that somebody asked for can be. */
export const MOVE_KINDS = ['deposit', 'withdrawal', 'fee', 'adjustment', 'reversal'] as const;
export type MoveKind = (typeof MOVE_KINDS)[number];

/** Whether an account takes part in anything new. */
export const ACCOUNT_STATES = ['open', 'closed'] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** The version of the balances that a caller decided on. */
export class VersionedRequest {
  @CountField({
    description: '`version` of the capital that this was decided on; another one now is a 409. Absent: any.',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
  })
  expectedVersion?: number;
}

export class MoveCapitalRequest extends VersionedRequest {
  @DecimalField({ description: 'The amount, in whole cents.', positive: true, example: '10000.00' })
  amount!: string;
  @InstantField({ description: 'When the money moved, if before now.', optional: true })
  occurredAt?: string;
}

export class ChargeFeeRequest extends MoveCapitalRequest {
  @TextField({ description: 'Why.', lengthMax: REASON_CHARS_MAX, example: 'market data, November' })
  reason!: string;
}

export class AdjustCapitalRequest extends VersionedRequest {
  @DecimalField({ description: 'What it adds to the free capital, in whole cents; not zero.', example: '-0.03' })
  amount!: string;
  @TextField({ description: 'Why.', lengthMax: REASON_CHARS_MAX, example: 'the broker corrected a price' })
  reason!: string;
  @InstantField({ description: 'When it happened, if before now.', optional: true })
  occurredAt?: string;
}

export class ReversePostingRequest extends VersionedRequest {
  @TextField({ description: 'The posting to take back.', lengthMax: 200 })
  postingId!: string;
  @TextField({ description: 'Why.', lengthMax: REASON_CHARS_MAX, example: 'entered twice' })
  reason!: string;
}

export class ChangeAccountStateRequest {
  @TextField({ description: 'Why.', lengthMax: REASON_CHARS_MAX, example: 'the strategy is retired' })
  reason!: string;
}

export class CapitalLimitsRequest {
  @DecimalField({
    description: 'What must stay available after a hold, withdrawal or transfer, in whole cents. Absent: nothing.',
    optional: true,
    example: '500.00',
  })
  availableMin?: string;
  @DecimalField({
    description: 'What may be reserved for orders and positions together, in whole cents. Absent: no limit.',
    optional: true,
    example: '5000.00',
  })
  reservedMax?: string;
}

/** The limits of a profile's capital. */
export class CapitalLimitsView extends CapitalLimitsRequest {}

/** The balances of a profile, as decimals with the asset's digits. */
export class BalancesView {
  @DecimalField({ description: 'Deposits less withdrawals.' })
  allocated!: string;
  @DecimalField({ description: 'Held for orders that are not done.' })
  reservedForOrders!: string;
  @DecimalField({ description: 'Cost of what is held.' })
  reservedForPositions!: string;
  @DecimalField({ description: 'On its way to another profile.' })
  inTransit!: string;
  @DecimalField({ description: 'Profit or loss of what was closed.' })
  realizedPnl!: string;
  @DecimalField({ description: 'Fees paid.' })
  fees!: string;
  @DecimalField({ description: 'What the broker took beyond what was available.' })
  shortfall!: string;
  @DecimalField({ description: 'Free for new orders.' })
  available!: string;
}

export class CapitalMoveView {
  @TextField({ description: 'The posting.', lengthMax: 200 })
  postingId!: string;
  @WordField(MOVE_KINDS, { description: 'What it is.' })
  kind!: MoveKind;
  @DecimalField({ description: 'The amount; for an adjustment or a reversal what it added to the free capital.' })
  amount!: string;
  @DecimalField({ description: 'Free for new orders after it.' })
  available!: string;
  @NestedField(() => BalancesView, { description: 'The balances after it.' })
  balances!: BalancesView;
  @CountField({ description: 'Version of these balances.', min: 1, max: Number.MAX_SAFE_INTEGER })
  version!: number;
}

/** A profile's capital, amounts as decimals with the asset's digits. */
export class CapitalView extends BalancesView {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @TextField({ description: 'The asset.', lengthMax: 12 })
  asset!: string;
  @WordField(ACCOUNT_STATES, { description: 'Whether the account takes part in anything new.' })
  state!: AccountState;
  @DecimalField({ description: 'What must stay available; absent where nothing must.', optional: true })
  availableMin?: string;
  @DecimalField({ description: 'What may be reserved at most; absent where there is no limit.', optional: true })
  reservedMax?: string;
  @CountField({ description: 'Number of postings so far.', min: 0, max: Number.MAX_SAFE_INTEGER })
  postings!: number;
  @CountField({ description: 'Version of the balances: the same number.', min: 0, max: Number.MAX_SAFE_INTEGER })
  version!: number;
  @InstantField({ description: 'When it last changed.' })
  updatedAt!: string;
}
