import { Injectable } from '@nestjs/common';
import type { EventEnvelope } from '@ballast/contracts';
import type { ShortfallChangedV1 } from '@ballast/contracts/ledger';
import { OrderBooks } from './adapters/order-books.js';

/** Makes a profile reduce-only while the broker has taken more than the profile had, and no longer. */
@Injectable()
export class NoteShortfall {
  constructor(private readonly books: OrderBooks) {}

  /** The latest of the ledger's words counts, in whatever order they come. Throws `Failure` while there is no book. */
  execute({ data, sequence }: EventEnvelope<ShortfallChangedV1>, stands: boolean): Promise<void> {
    if (sequence === undefined) throw new Error('the ledger publishes a shortfall within its profile’s sequence');
    return this.books.noteShortfall(data.profileId, { stands, sequence });
  }
}
