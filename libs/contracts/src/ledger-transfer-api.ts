import { DecimalField, IdField, InstantField, NestedField, WordField } from './fields.js';
import { PROFILE_ID_PATTERN, TRANSFER_ID_PATTERN } from './ids.js';
import { CapitalRefusalReason } from './ledger-account-events.js';
import { VersionedRequest } from './ledger-api.js';

/** Where a transfer stands: on its way, arrived, or back where it came from. */
export const TRANSFER_STATES = ['pending', 'completed', 'returned'] as const;
export type TransferState = (typeof TRANSFER_STATES)[number];

export class TransferCapitalRequest extends VersionedRequest {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that gets; it has the same owner.' })
  toProfileId!: string;
  @DecimalField({ description: 'The amount, in whole cents.', positive: true, example: '2500.00' })
  amount!: string;
}

export class TransferView {
  @IdField(TRANSFER_ID_PATTERN, { description: 'The transfer.' })
  transferId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that gives.' })
  fromProfileId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that gets.' })
  toProfileId!: string;
  @DecimalField({ description: 'The amount.' })
  amount!: string;
  @WordField(TRANSFER_STATES, { description: 'Where it stands.' })
  state!: TransferState;
  @NestedField(() => CapitalRefusalReason, { description: 'Why it came back.', optional: true })
  refusal?: CapitalRefusalReason;
  @InstantField({ description: 'When it was asked for.' })
  createdAt!: string;
}
