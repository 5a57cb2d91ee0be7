import type { Abstract, Type } from '@nestjs/common';
import type { ContainerStore } from '@ballast/cosmos';
import { Clock, ServiceLog, storeToken } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';
import { LiveOrderList } from '../adapters/live-order-list.js';
import { OrderBooks } from '../adapters/order-books.js';
import { TrailNotes } from '../adapters/trail-notes.js';
import { RISK_LIMITS } from '../orders.config.js';
import { Market } from '../adapters/market.js';
import { TriggerOrders } from '../trigger-orders.js';

/** What looks at the market, with nothing in memory. */
export function restartedFrom({ app }: RunningService): TriggerOrders {
  const of = <T>(token: Type<T> | Abstract<T> | symbol | string): T => app.get<T>(token, { strict: false });
  const [clock, store] = [of(Clock), of<ContainerStore>(storeToken('trade_orders'))];
  const trails = new TrailNotes(store, clock);
  return new TriggerOrders(
    of(LiveOrderList),
    of(OrderBooks),
    of(Market),
    trails,
    clock,
    of(ServiceLog),
    of(RISK_LIMITS),
  );
}
