import { Injectable } from '@nestjs/common';
import { LiveOrderList } from './adapters/live-order-list.js';
import type { LiveOrder } from './adapters/live-order-list.js';
import { RequestCancel } from './request-cancel.js';

/** Requests the cancel of every live order of some kind, whoever owns it. */
@Injectable()
export class CancelOpenOrders {
  constructor(
    private readonly live: LiveOrderList,
    private readonly requestCancel: RequestCancel,
  ) {}

  /** Doing it again requests again only what was not answered for 10 s. Throws `Failure` while the store is away. */
  async execute(isMeant: (order: LiveOrder) => boolean, requestedBy: string): Promise<void> {
    for await (const key of this.live.matching(isMeant)) await this.requestCancel.execute(key, requestedBy);
  }
}
