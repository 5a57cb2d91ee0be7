import { Injectable } from '@nestjs/common';
import type { ProfileCreatedV1 } from '@ballast/contracts/accounts';
import { OrderBooks } from './adapters/order-books.js';

/** Makes the book of a profile that accounts has created, once. */
@Injectable()
export class OpenBook {
  constructor(private readonly books: OrderBooks) {}

  /** Throws `Failure` while the store cannot be reached. */
  async execute(profile: ProfileCreatedV1): Promise<void> {
    const { profileId, ownerId, entriesPerSymbolMax } = profile;
    await this.books.open({ profileId, ownerId, entriesPerSymbolMax });
  }
}
