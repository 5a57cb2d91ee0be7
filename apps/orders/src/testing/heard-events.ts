import type { EventEnvelope } from '@ballast/contracts';
import type { OrderPlacedV1 } from '@ballast/contracts/orders';
import type { Onlooker, OrdersWorld } from './orders-world.js';

/** Keeps every event of a world, in the order in which they were committed. */
export class HeardEvents implements Onlooker {
  private readonly events: EventEnvelope[] = [];

  constructor(world: OrdersWorld) {
    world.onlooker = this;
  }

  heard(event: EventEnvelope): void {
    this.events.push(event);
  }

  submission(): void {
    return undefined;
  }

  exitsHandled(): void {
    return undefined;
  }

  /** What the events of a type said. */
  dataOf<Data>(type: string): Data[] {
    return this.events.filter((event) => event.type === type).map(({ data }) => data as Data);
  }

  /** The exits that were placed. */
  exits(): OrderPlacedV1[] {
    return this.dataOf<OrderPlacedV1>('order.placed.v1').filter(({ intent }) => intent === 'exit');
  }
}
