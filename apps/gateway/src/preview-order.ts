import { Failure } from '@ballast/contracts';
import type { HoldPreview } from '@ballast/contracts/ledger';
import type { OrderPreview, PlaceOrderRequest } from '@ballast/contracts/orders';
import { Injectable } from '@nestjs/common';
import { Owners, jsonOf } from './adapters/owners.js';
import type { OwnerAnswer, OwnerRequest } from './adapters/owners.js';

/** What orders says of an order that asks for no capital. */
const NO_UNITS = '0';

/** Asks what would become of an order: orders for everything but its capital, and then, as a placement does, the ledger. */
@Injectable()
export class PreviewOrder {
  constructor(private readonly owners: Owners) {}

  /** The verdict of both. Throws `Failure` while the ledger does not answer: there is no verdict without its word. */
  async execute(request: OwnerRequest): Promise<OwnerAnswer> {
    const answer = await this.owners.ask('orders', request);
    if (answer.status !== 200) return answer;
    const preview = jsonOf<OrderPreview>(answer);
    const { verdict, holdUnits = NO_UNITS } = preview;
    if (verdict === 'refused' || holdUnits === NO_UNITS) return answer;
    const { refusal } = await this.hold(request, holdUnits);
    if (refusal === undefined) return answer;
    const refused: OrderPreview = { ...preview, verdict: 'refused', refusal };
    return { ...answer, body: Buffer.from(JSON.stringify(refused)) };
  }

  private async hold({ body, headers }: OwnerRequest, units: string): Promise<HoldPreview> {
    const { profileId } = body as PlaceOrderRequest;
    const path = `/v1/profiles/${profileId}/capital/hold-preview?units=${units}`;
    const answer = await this.owners.ask('ledger', { method: 'GET', path, headers });
    if (answer.status !== 200)
      throw new Failure('capital-not-answered', `the ledger answered ${answer.status} to the question for a hold`);
    return jsonOf<HoldPreview>(answer);
  }
}
