import { Injectable } from '@nestjs/common';
import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { TradeClosedV1 } from '@ballast/contracts/orders';
import { DocumentConflict } from '@ballast/cosmos';
import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { tradeRow } from './adapters/trade-rows.js';

/** Writes a trade that is over into the history, once per event: the row has the event's id. */
@Injectable()
export class RecordTrade {
  constructor(@InjectStore('trade_history') private readonly history: ContainerStore) {}

  /** Throws `Failure` while the store cannot be reached. */
  async execute(event: EventEnvelope<TradeClosedV1>): Promise<void> {
    try {
      await this.history.commit([PRODUCT_ID, event.data.profileId], [{ create: tradeRow(event) }]);
    } catch (error) {
      if (!(error instanceof DocumentConflict)) throw error;
    }
  }
}
