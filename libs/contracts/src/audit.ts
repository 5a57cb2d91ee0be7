import { CountField, FlagField, IdField, InstantField, ListField, TextField } from './fields.js';
import { ORDER_ID_PATTERN } from './ids.js';
import { ApiProperty } from '@nestjs/swagger';

/** One audited event in its chain. */
export class AuditRecordView {
  @TextField({ description: 'The chain: a profile’s id, or `_system`.', lengthMax: 64 })
  chainId!: string;
  @CountField({ description: 'Its place in the chain, from 1.', min: 1, max: Number.MAX_SAFE_INTEGER })
  position!: number;
  @TextField({ description: 'Id of the event.', lengthMax: 200 })
  eventId!: string;
  @TextField({ description: 'Type of the event.', lengthMax: 100 })
  type!: string;
  @TextField({ description: 'What it is about.', lengthMax: 100 })
  subject!: string;
  @InstantField({ description: 'When it was committed by its owner.' })
  occurredAt!: string;
  @InstantField({ description: 'When it was recorded here.' })
  recordedAt!: string;
  @TextField({ description: 'The request that it goes back to.', lengthMax: 100 })
  correlationId!: string;
  @TextField({ description: 'The event or request that caused it directly.', lengthMax: 200, optional: true })
  causationId?: string;
  @TextField({ description: 'SHA-256 over the previous hash and this record, hexadecimal.', lengthMax: 64 })
  hash!: string;
  @TextField({ description: 'Hash of the record before it; 64 zeros for the first.', lengthMax: 64 })
  previousHash!: string;
  @ApiProperty({ description: 'The data of the event as it was published.', type: Object })
  data!: object;
}

export class AuditPage {
  @ListField(() => AuditRecordView, { description: 'In order of the chain.', itemsMax: 500 })
  items!: AuditRecordView[];
  @TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8192,
    optional: true,
  })
  nextCursor?: string;
}

/** An order and what happened to it, oldest step first, as it was audited. */
export class OrderStory {
  @IdField(ORDER_ID_PATTERN, { description: 'The order.' })
  orderId!: string;
  @ListField(() => AuditRecordView, {
    description: 'Its steps as they happened; none comes before its cause.',
    itemsMax: 2_000,
  })
  steps!: AuditRecordView[];
}

/** The story of one order, with those of the exits that its fills have. */
export class TimelineView extends OrderStory {
  @ListField(() => OrderStory, { description: 'The exits of its fills, in the order of the fills.', itemsMax: 100 })
  exits!: OrderStory[];
}

export class ChainVerdict {
  @TextField({ description: 'The chain.', lengthMax: 64 })
  chainId!: string;
  @CountField({ description: 'Records in it.', min: 0, max: Number.MAX_SAFE_INTEGER })
  records!: number;
  @FlagField({ description: 'Whether every hash, place and link is right.' })
  whole!: boolean;
  @TextField({ description: 'Where and how it is broken.', lengthMax: 300, optional: true })
  finding?: string;
}

export class AuditVerdict {
  @FlagField({ description: 'Whether every chain is whole.' })
  whole!: boolean;
  @ListField(() => ChainVerdict, { description: 'A verdict per chain.', itemsMax: 100_000 })
  chains!: ChainVerdict[];
}
