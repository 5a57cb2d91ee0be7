import { Injectable } from '@nestjs/common';
import type { OrderPreview, PlaceOrderRequest } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import { PlacementDesk } from './adapters/placement-desk.js';
import type { PlacementDecision } from './domain/placement.js';
import { termsOf } from './place-order.js';

/** Tells what would become of an order that were placed now, by the same decision from the same facts; writes nothing. */
@Injectable()
export class PreviewOrder {
  constructor(
    private readonly books: OrderBooks,
    private readonly desk: PlacementDesk,
    private readonly clock: Clock,
  ) {}

  /** Throws `Failure` while the store or the broker's quotes cannot be reached. */
  async execute(request: PlaceOrderRequest): Promise<OrderPreview> {
    const terms = termsOf(request, this.clock.now());
    const decide = await this.desk.open(terms);
    return this.books.change({ ...terms, isNew: true }, (facts) => {
      const decision = decide(facts);
      return { events: [], result: () => previewOf(decision) };
    });
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
