import {
  CountField,
  DecimalField,
  FlagField,
  IdField,
  InstantField,
  ListField,
  NestedField,
  TextField,
  WordField,
} from './fields.js';
import { PROFILE_ID_PATTERN } from './ids.js';
import { REASON_CHARS_MAX } from './ledger-account-events.js';
import { BalancesView } from './ledger-api.js';
import { POSTING_KINDS } from './ledger-events.js';
import type { PostingKind } from './ledger-events.js';

/**
 * By which of its two times a posting belongs to an instant: when it was booked, or when what it tells of happened in the
 * world, which is never later.
 */
export const LEDGER_CLOCKS = ['booked', 'occurred'] as const;
export type LedgerClock = (typeof LEDGER_CLOCKS)[number];

export class BalancesQuery {
  @InstantField({ description: 'The instant; absent: now.', optional: true })
  asOf?: string;
  @WordField(LEDGER_CLOCKS, {
    description: '`booked` (absent: this): what had been booked by then. `occurred`: what had happened by then.',
    optional: true,
  })
  clock?: LedgerClock;
  @InstantField({
    description: 'With `occurred`: count only what had been booked by this instant; absent: by now.',
    optional: true,
  })
  bookedBy?: string;
}

/** Assets that a profile holds, at most. */
export const HOLDINGS_MAX = 10_000;

/** How much of a traded asset a profile holds. */
export class HoldingView {
  @TextField({ description: 'What is held.', lengthMax: 17, example: 'AAPL' })
  asset!: string;
  @DecimalField({ description: 'How much; below zero for a short position.' })
  quantity!: string;
}

/** The balances of a profile at an instant, by one of its two clocks. */
export class BalancesAsOfView extends BalancesView {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @TextField({ description: 'The asset.', lengthMax: 12 })
  asset!: string;
  @InstantField({ description: 'The instant.' })
  asOf!: string;
  @WordField(LEDGER_CLOCKS, { description: 'The clock that the instant is read on.' })
  clock!: LedgerClock;
  @InstantField({ description: 'Nothing is counted that was booked later; ask with it to get the same answer again.' })
  bookedBy!: string;
  @CountField({
    description: 'Version of the balances that had been booked by the instant.',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  version!: number;
  @CountField({
    description: 'Postings counted that were booked after the instant, because they had happened by then.',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  lateBookings!: number;
  @ListField(() => HoldingView, {
    description: 'What it holds of what was traded, by the name of the asset.',
    itemsMax: HOLDINGS_MAX,
  })
  holdings!: HoldingView[];
  @FlagField({ description: 'Whether the same question, with `bookedBy`, has this answer for ever.' })
  isFinal!: boolean;
}

/** Lines of a statement on one page, unless asked otherwise and at most. */
export const STATEMENT_LINES_DEFAULT = 100;
export const STATEMENT_LINES_MAX = 500;
/** Lines of a statement as CSV, at most. */
export const STATEMENT_CSV_LINES_MAX = 10_000;

/** The period of a statement, by the time of booking. */
export class StatementPeriodQuery {
  @InstantField({ description: 'Beginning of the period; what was booked then is in it.' })
  from!: string;
  @InstantField({ description: 'End of the period; what was booked then is not in it any more.' })
  to!: string;
}

export class StatementQuery extends StatementPeriodQuery {
  @TextField({ description: 'Lines on the page, at most.', lengthMax: 6, optional: true })
  limit?: string;
  @TextField({ description: '`nextCursor` of the page before.', lengthMax: 64, optional: true })
  cursor?: string;
}

/** One posting of a period. */
export class StatementLineView {
  @CountField({ description: 'Its place among the postings of the profile.', min: 1, max: Number.MAX_SAFE_INTEGER })
  number!: number;
  @InstantField({ description: 'When it was booked.' })
  bookedAt!: string;
  @InstantField({ description: 'When it happened.' })
  occurredAt!: string;
  @WordField(Object.keys(POSTING_KINDS), { description: 'What it is about.' })
  kind!: PostingKind;
  @TextField({ description: 'The posting.', lengthMax: 200 })
  postingId!: string;
  @TextField({ description: 'The order, transfer or posting that it belongs to.', lengthMax: 200, optional: true })
  reference?: string;
  @TextField({ description: 'Why, where it was made by hand.', lengthMax: REASON_CHARS_MAX, optional: true })
  reason?: string;
  @NestedField(() => BalancesView, { description: 'What it changed in each balance.' })
  change!: BalancesView;
  @ListField(() => HoldingView, { description: 'What it changed in what is held.', itemsMax: 10 })
  traded!: HoldingView[];
}

/** A period of a profile by booking time: `opening` and the changes of all lines make `closing`, field by field. */
export class StatementView {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @TextField({ description: 'The asset.', lengthMax: 12 })
  asset!: string;
  @InstantField({ description: 'Beginning of the period.' })
  from!: string;
  @InstantField({ description: 'End of the period.' })
  to!: string;
  @FlagField({ description: 'Whether nothing can be booked into the period any more.' })
  isFinal!: boolean;
  @NestedField(() => BalancesView, { description: 'The balances at its beginning.' })
  opening!: BalancesView;
  @NestedField(() => BalancesView, { description: 'The balances at its end.' })
  closing!: BalancesView;
  @CountField({ description: 'Lines of the whole period.', min: 0, max: Number.MAX_SAFE_INTEGER })
  linesTotal!: number;
  @ListField(() => StatementLineView, { description: 'What was booked, in that order.', itemsMax: STATEMENT_LINES_MAX })
  items!: StatementLineView[];
  @TextField({ description: 'Pass as `cursor` for the next lines; absent at the end.', lengthMax: 64, optional: true })
  nextCursor?: string;
}

/** Findings that one verdict names, at most; with so many nothing further is looked at. */
export const LEDGER_FINDINGS_MAX = 100;

/** Something in a ledger that is not as it must be. */
export class LedgerFindingView {
  @TextField({ description: 'What kind of thing it is.', lengthMax: 40, example: 'balances-differ' })
  kind!: string;
  @TextField({ description: 'What shows it: a posting, order, transfer or account.', lengthMax: 200 })
  subject!: string;
  @TextField({ description: 'What was found, and what should be there.', lengthMax: 4_000, lengthMin: 0 })
  detail!: string;
}

/** Whether the ledger of a profile is what its postings make. */
export class LedgerVerdictView {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @FlagField({ description: 'Whether everything is as it must be.' })
  whole!: boolean;
  @CountField({ description: 'Postings that its account counts.', min: 0, max: Number.MAX_SAFE_INTEGER })
  postings!: number;
  @ListField(() => LedgerFindingView, { description: 'What is not.', itemsMax: LEDGER_FINDINGS_MAX })
  findings!: LedgerFindingView[];
}
