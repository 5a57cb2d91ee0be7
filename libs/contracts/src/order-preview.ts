import { CountField, DecimalField, NestedField, TextField, UnitsField, WordField } from './fields.js';
import { RefusalReason } from './order-terms.js';

export const PREVIEW_VERDICTS = ['placed', 'refused'] as const;
export type PreviewVerdict = (typeof PREVIEW_VERDICTS)[number];

/** What would become of an order that were placed now. */
export class OrderPreview {
  @WordField(PREVIEW_VERDICTS, { description: 'Whether it would be placed and its capital held.' })
  verdict!: PreviewVerdict;
  @NestedField(() => RefusalReason, { description: 'Why it would be refused.', optional: true })
  refusal?: RefusalReason;
  @DecimalField({ description: 'How much would be traded: what was named, or what the money buys.' })
  quantity!: string;
  @DecimalField({ description: 'The price that would bound it at the broker, where one would.', optional: true })
  boundPrice?: string;
  @UnitsField({
    description:
      'Capital to be held for its worst cost and fee, in units of `asset`; absent where it did not come so far.',
    optional: true,
  })
  holdUnits?: string;
  @TextField({ description: 'The asset of the hold.', lengthMax: 12, optional: true })
  asset?: string;
}

/** What became of a request to cancel many orders. */
export class CancelledOrders {
  @CountField({ description: 'Live orders that were asked to end.', min: 0, max: 1_000_000 })
  requested!: number;
}
