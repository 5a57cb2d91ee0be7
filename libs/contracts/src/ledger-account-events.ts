import { InstantField, NestedField, OpenWordField, TextField, UnitsField, WordField } from './fields.js';
import { CapitalMovedV1, LedgerReference, ledgerEvent } from './ledger-events.js';
import { CAPITAL_REFUSAL_CODES } from './refusals.js';
import type { CapitalRefusalCode } from './refusals.js';

/** Requests about capital that are answered once per idempotency key. */
export const CAPITAL_REQUESTS = [
  'deposit',
  'withdrawal',
  'fee',
  'adjustment',
  'reversal',
  'closing',
  'reopening',
  'limits',
  'monitor',
  'transfer',
] as const;
export type CapitalRequestKind = (typeof CAPITAL_REQUESTS)[number];

/** Characters of the reason for something done by hand, at most. */
export const REASON_CHARS_MAX = 200;

/** A refusal of the ledger as it travels: the code, the limit that was met and the value that broke it. */
export class CapitalRefusalReason {
  @OpenWordField(CAPITAL_REFUSAL_CODES, { description: 'Why; more reasons may come.' })
  code!: CapitalRefusalCode;
  @TextField({ description: 'The limit that was met.', lengthMax: 200, lengthMin: 0 })
  limit!: string;
  @TextField({ description: 'The value that broke it.', lengthMax: 200, lengthMin: 0 })
  value!: string;
}

/** Something was posted by hand: who did it and why. `units` is what it added to the free capital. */
export class CapitalCorrectedV1 extends CapitalMovedV1 {
  @TextField({ description: 'Why.', lengthMax: REASON_CHARS_MAX })
  reason!: string;
  @TextField({ description: 'The user who did it.', lengthMax: 64 })
  actor!: string;
  @InstantField({ description: 'When it happened, where that was before it was posted.', optional: true })
  occurredAt?: string;
}

export class CapitalReversedV1 extends CapitalCorrectedV1 {
  @TextField({ description: 'The posting that is taken back.', lengthMax: 200 })
  reverses!: string;
}

export class CapitalRequestRefusedV1 extends LedgerReference {
  @WordField(CAPITAL_REQUESTS, { description: 'What was asked for.' })
  request!: CapitalRequestKind;
  @NestedField(() => CapitalRefusalReason, { description: 'Why not.' })
  refusal!: CapitalRefusalReason;
}

export class AccountStateChangedV1 extends LedgerReference {
  @TextField({ description: 'Why.', lengthMax: REASON_CHARS_MAX })
  reason!: string;
  @TextField({ description: 'The user who did it.', lengthMax: 64 })
  actor!: string;
}

export class CapitalLimitsChangedV1 extends LedgerReference {
  @UnitsField({ description: 'What must stay available; absent where nothing must.', optional: true })
  availableMinUnits?: string;
  @UnitsField({ description: 'What may be reserved at most; absent where there is no limit.', optional: true })
  reservedMaxUnits?: string;
  @TextField({ description: 'The user who did it.', lengthMax: 64 })
  actor!: string;
}

export const feeCharged = ledgerEvent(
  'capital.fee-charged.v1',
  CapitalCorrectedV1,
  'A fee that the broker charged beside its executions is posted.',
);
export const capitalAdjusted = ledgerEvent(
  'capital.adjusted.v1',
  CapitalCorrectedV1,
  'An operator corrected the realised profit or loss.',
);
export const capitalReversed = ledgerEvent(
  'capital.reversed.v1',
  CapitalReversedV1,
  'An operator took a posting back, with another one.',
);
export const capitalRequestRefused = ledgerEvent(
  'capital.request-refused.v1',
  CapitalRequestRefusedV1,
  'A request about capital was refused; nothing moved.',
);
export const accountClosed = ledgerEvent(
  'capital.account-closed.v1',
  AccountStateChangedV1,
  'The account takes part in nothing new until it is opened again.',
);
export const accountReopened = ledgerEvent(
  'capital.account-reopened.v1',
  AccountStateChangedV1,
  'A closed account takes part again.',
);
export const capitalLimitsChanged = ledgerEvent(
  'capital.limits-changed.v1',
  CapitalLimitsChangedV1,
  'What must stay available, or may be reserved, was set.',
);
