import { NestedField, UnitsField, WordField } from './fields.js';
import { RefusalReason } from './order-terms.js';

export const HOLD_VERDICTS = ['held', 'declined'] as const;
export type HoldVerdict = (typeof HOLD_VERDICTS)[number];

export class HoldPreviewQuery {
  @UnitsField({ description: 'What an order would ask to be held, in units of the capital’s asset.' })
  units!: string;
}

/** What the ledger would answer to an order that asks for a hold now. */
export class HoldPreview {
  @WordField(HOLD_VERDICTS, { description: 'Whether it would be held.' })
  verdict!: HoldVerdict;
  @NestedField(() => RefusalReason, { description: 'Why not.', optional: true })
  refusal?: RefusalReason;
}
