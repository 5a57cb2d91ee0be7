import type { EventDeclaration } from './event.js';
import {
  accountClosed,
  accountReopened,
  capitalAdjusted,
  capitalLimitsChanged,
  capitalRequestRefused,
  capitalReversed,
  feeCharged,
} from './ledger-account-events.js';
import {
  monitorRemoved,
  monitorSet,
  shortfallCleared,
  shortfallOpened,
  thresholdCrossed,
} from './ledger-alarm-events.js';
import {
  transferCompleted,
  transferReceived,
  transferRefused,
  transferReserved,
  transferReturned,
} from './ledger-transfer-events.js';
import {
  accountOpened,
  capitalDeclined,
  capitalDeposited,
  capitalHeld,
  capitalPosted,
  capitalReleased,
  capitalWithdrawn,
  withdrawalRefused,
} from './ledger-events.js';

export {
  ACCOUNT_STATES,
  AdjustCapitalRequest,
  BalancesView,
  CapitalLimitsRequest,
  CapitalLimitsView,
  CapitalMoveView,
  CapitalView,
  ChangeAccountStateRequest,
  ChargeFeeRequest,
  MOVE_KINDS,
  MoveCapitalRequest,
  ReversePostingRequest,
} from './ledger-api.js';
export type { AccountState, MoveKind } from './ledger-api.js';
export {
  AccountStateChangedV1,
  CAPITAL_REQUESTS,
  CapitalCorrectedV1,
  CapitalLimitsChangedV1,
  CapitalRefusalReason,
  CapitalRequestRefusedV1,
  CapitalReversedV1,
  REASON_CHARS_MAX,
  accountClosed,
  accountReopened,
  capitalAdjusted,
  capitalLimitsChanged,
  capitalRequestRefused,
  capitalReversed,
  feeCharged,
} from './ledger-account-events.js';
export type { CapitalRequestKind } from './ledger-account-events.js';
export {
  AccountOpenedV1,
  CapitalBalances,
  CapitalDeclinedV1,
  CapitalHeldV1,
  CapitalMovedV1,
  CapitalPostedV1,
  CapitalReleasedV1,
  LedgerReference,
  POSTING_KINDS,
  WithdrawalRefusedV1,
  accountOpened,
  capitalDeclined,
  capitalDeposited,
  capitalHeld,
  capitalPosted,
  capitalReleased,
  capitalWithdrawn,
  withdrawalRefused,
} from './ledger-events.js';
export type { PostingKind } from './ledger-events.js';

export {
  CROSSINGS,
  MONITOR_ID_PATTERN,
  MONITOR_MEASURES,
  MonitorRemovedV1,
  MonitorSetV1,
  ShortfallChangedV1,
  ThresholdCrossedV1,
  monitorRemoved,
  monitorSet,
  shortfallCleared,
  shortfallOpened,
  thresholdCrossed,
} from './ledger-alarm-events.js';
export type { Crossing, MonitorMeasure } from './ledger-alarm-events.js';
export { MONITORS_MAX, MONITOR_STATES, MonitorList, MonitorView, SetMonitorRequest } from './ledger-monitor-api.js';
export type { MonitorState } from './ledger-monitor-api.js';

export {
  CapitalTransferRefusedV1,
  CapitalTransferV1,
  transferCompleted,
  transferReceived,
  transferRefused,
  transferReserved,
  transferReturned,
} from './ledger-transfer-events.js';
export { TRANSFER_STATES, TransferCapitalRequest, TransferView } from './ledger-transfer-api.js';
export type { TransferState } from './ledger-transfer-api.js';

export {
  BalancesAsOfView,
  BalancesQuery,
  HOLDINGS_MAX,
  HoldingView,
  LEDGER_CLOCKS,
  LEDGER_FINDINGS_MAX,
  LedgerFindingView,
  LedgerVerdictView,
  STATEMENT_CSV_LINES_MAX,
  STATEMENT_LINES_DEFAULT,
  STATEMENT_LINES_MAX,
  StatementLineView,
  StatementPeriodQuery,
  StatementQuery,
  StatementView,
} from './ledger-history-api.js';
export type { LedgerClock } from './ledger-history-api.js';
export { HOLD_VERDICTS, HoldPreview, HoldPreviewQuery } from './ledger-hold-api.js';
export type { HoldVerdict } from './ledger-hold-api.js';

/** Every event that the ledger publishes. */
export const LEDGER_EVENTS: readonly EventDeclaration[] = [
  accountOpened,
  capitalDeposited,
  capitalWithdrawn,
  withdrawalRefused,
  capitalHeld,
  capitalDeclined,
  capitalPosted,
  capitalReleased,
  feeCharged,
  capitalAdjusted,
  capitalReversed,
  capitalRequestRefused,
  accountClosed,
  accountReopened,
  capitalLimitsChanged,
  shortfallOpened,
  shortfallCleared,
  monitorSet,
  monitorRemoved,
  thresholdCrossed,
  transferReserved,
  transferReceived,
  transferRefused,
  transferCompleted,
  transferReturned,
];
