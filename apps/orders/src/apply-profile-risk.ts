import { Injectable } from '@nestjs/common';
import type { ProfileConfiguredV1 } from '@ballast/contracts/accounts';
import { OrderBooks } from './adapters/order-books.js';
import { limitsOf } from './domain/risk-limits.js';

/** Holds a profile to what its owner has chosen, from the next order on. */
@Injectable()
export class ApplyProfileRisk {
  constructor(private readonly books: OrderBooks) {}

  /** The latest version counts, in whatever order they come. Throws `Failure` while there is no book. */
  execute({ profileId, version, risk = {} }: ProfileConfiguredV1): Promise<void> {
    return this.books.noteRisk(profileId, { version, limits: limitsOf(risk) });
  }
}
