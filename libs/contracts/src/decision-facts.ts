import { CountField, DecimalField, InstantField } from './fields.js';

/** What the decision on an order was made from, as it was at that moment. */
export class DecisionFacts {
  @DecimalField({
    description: 'The best bid; absent with the next two where the broker offers no such symbol.',
    optional: true,
  })
  bid?: string;
  @DecimalField({ description: 'The best offer.', optional: true })
  ask?: string;
  @InstantField({ description: 'When the broker made that quote.', optional: true })
  quotedAt?: string;
  @DecimalField({ description: 'What was held of the symbol and not being sold already.' })
  sellable!: string;
  @CountField({ description: 'Live orders of the profile.', min: 0, max: 1_000_000 })
  liveOrders!: number;
  @CountField({
    description: 'Epoch of the kill switch that held; 0 before its first change.',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  controlsEpoch!: number;
}
