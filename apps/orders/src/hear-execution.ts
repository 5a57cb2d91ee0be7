import { Injectable } from '@nestjs/common';
import type { VenueExecution } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { NamedOrder } from './adapters/order-key.js';
import { RecordExecution } from './record-execution.js';
import { ReplacementNotKnown, SettleReplacement } from './settle-replacement.js';

/**
 * Takes a fill of the broker's that was made under one of our names there. One under the name of a replacement that we do
 * not know to be there shows that it is: that is settled first, so that every fill is recorded under the terms it had.
 */
@Injectable()
export class HearExecution {
  constructor(
    private readonly books: OrderBooks,
    private readonly record: RecordExecution,
    private readonly settle: SettleReplacement,
  ) {}

  /** Throws as `RecordExecution` does, and `ReplacementNotKnown` while the broker does not show the replacement. */
  async execute(named: NamedOrder, execution: VenueExecution): Promise<void> {
    const { revision, ...key } = named;
    if (revision > 0) await this.settleFirst(named);
    await this.record.execute(key, execution);
  }

  private async settleFirst({ revision, ...key }: NamedOrder): Promise<void> {
    const order = await this.books.current(key);
    if (order === undefined || order.revision >= revision) return;
    await this.settle.execute(key);
    const settled = await this.books.current(key);
    if (settled !== undefined && settled.revision < revision)
      throw new ReplacementNotKnown('replacement-not-ours', `the broker fills ${key.orderId} under a name it has not`);
  }
}
