import { Injectable } from '@nestjs/common';
import type { OrderPreview, PlaceOrderRequest } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import { ControlSwitch } from './adapters/control-switch.js';
import { OrderBooks } from './adapters/order-books.js';
import { PlacementDesk } from './adapters/placement-desk.js';
import type { Controls } from './domain/controls.js';
import type { PlacementDecision } from './domain/placement.js';
import { termsOf } from './place-order.js';

/** Tells what would become of an order that were placed now, by the same decision from the same facts; writes nothing. */
@Injectable()
export class PreviewOrder {
  constructor(
    private readonly books: OrderBooks,
    private readonly desk: PlacementDesk,
    private readonly switches: ControlSwitch,
    private readonly clock: Clock,
  ) {}

  /** Throws `Failure` while the store or the broker's quotes cannot be reached. */
  async execute(request: PlaceOrderRequest): Promise<OrderPreview> {
    const terms = termsOf(request, this.clock.now());
    const [decide, facts] = await Promise.all([
      this.desk.open(terms, this.controls()),
      this.books.storedFacts(request.profileId),
    ]);
    return previewOf(decide(facts));
  }

  /** As they are stored: a permit to call the broker would be written. */
  private async controls(): Promise<Controls> {
    return (await this.switches.read()).controls;
  }
}

function previewOf(decision: PlacementDecision): OrderPreview {
  if (decision.outcome === 'refused') {
    const { code, limit, value } = decision.refusal;
    return { verdict: 'refused', refusal: { code, limit, value }, quantity: decision.terms.quantity };
  }
  const { quantity, boundPrice, holdUnits, asset } = decision.data;
  return { verdict: 'placed', quantity, ...(boundPrice === undefined ? {} : { boundPrice }), holdUnits, asset };
}
