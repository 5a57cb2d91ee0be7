import {
  CountField,
  DecimalField,
  FlagField,
  IdField,
  InstantField,
  ListField,
  TextField,
  WordField,
} from './fields.js';
import { PROFILE_ID_PATTERN } from './ids.js';
import { BalancesView } from './ledger-api.js';

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
