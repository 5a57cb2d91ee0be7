import { Injectable } from '@nestjs/common';
import { HoldingsRows } from './adapters/holdings-rows.js';
import { PostingRows } from './adapters/posting-rows.js';
import { holdingsAfter, readAssetLegs } from './domain/asset-legs.js';
import type { Holdings } from './domain/asset-legs.js';
import type { StoredPosting } from './domain/verify-chain.js';

/** Postings that are counted before what they come to is written down. */
export const MARK_EVERY_POSTINGS = 500;
const BEFORE_ALL = '';

/**
 * What a profile holds of each traded asset: the sum of its postings. Kept nowhere on the way of an order; whoever asks
 * counts on from the last mark, and leaves a mark when there was much to count.
 */
@Injectable()
export class CountHoldings {
  constructor(
    private readonly rows: PostingRows,
    private readonly marks: HoldingsRows,
  ) {}

  /**
   * By booking time, at `instant`. `isSettled` says that nothing can be booked by then any more; only then a mark is
   * left. Throws `Failure` while the store is away.
   */
  async execute(profileId: string, instant: string, isSettled: boolean): Promise<Holdings> {
    const mark = await this.marks.lastBy(profileId, instant);
    let holdings = mark?.holdings ?? {};
    let counted = 0;
    let last: StoredPosting | undefined;
    for await (const page of this.rows.traded(profileId, { after: mark?.at ?? BEFORE_ALL, upTo: instant })) {
      holdings = page.reduce((sum, { assetLegs }) => holdingsAfter(sum, readAssetLegs(assetLegs)), holdings);
      counted += page.length;
      last = page.at(-1) ?? last;
    }
    if (isSettled && last !== undefined && counted >= MARK_EVERY_POSTINGS) {
      await this.marks.put(profileId, { number: last.number, at: last.at, holdings });
    }
    return holdings;
  }
}
