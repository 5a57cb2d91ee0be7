import { IdField, NestedField, UnitsField } from './fields.js';
import { PROFILE_ID_PATTERN, TRANSFER_ID_PATTERN } from './ids.js';
import { CapitalRefusalReason } from './ledger-account-events.js';
import { CapitalMovedV1, LedgerReference, ledgerEvent } from './ledger-events.js';

/** A step of a transfer in the account of one of its two profiles, with the balances of that account after it. */
export class CapitalTransferV1 extends CapitalMovedV1 {
  @IdField(TRANSFER_ID_PATTERN, { description: 'The transfer.' })
  transferId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that gives.' })
  fromProfileId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that gets.' })
  toProfileId!: string;
}

/** The profile that should get a transfer does not take it. */
export class CapitalTransferRefusedV1 extends LedgerReference {
  @IdField(TRANSFER_ID_PATTERN, { description: 'The transfer.' })
  transferId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that gives.' })
  fromProfileId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that should get.' })
  toProfileId!: string;
  @UnitsField({ description: 'The amount.' })
  units!: string;
  @NestedField(() => CapitalRefusalReason, { description: 'Why not.' })
  refusal!: CapitalRefusalReason;
}

export const transferReserved = ledgerEvent(
  'capital.transfer-reserved.v1',
  CapitalTransferV1,
  'Capital left what is available in one profile and is on its way to another.',
);
export const transferReceived = ledgerEvent(
  'capital.transfer-received.v1',
  CapitalTransferV1,
  'Capital on its way arrived in the other profile.',
);
export const transferRefused = ledgerEvent(
  'capital.transfer-refused.v1',
  CapitalTransferRefusedV1,
  'The other profile does not take the capital; it goes back.',
);
export const transferCompleted = ledgerEvent(
  'capital.transfer-completed.v1',
  CapitalTransferV1,
  'The profile that gave knows that the capital arrived.',
);
export const transferReturned = ledgerEvent(
  'capital.transfer-returned.v1',
  CapitalTransferV1,
  'Capital on its way came back.',
);
