import { Failure } from '@ballast/contracts';
import { capitalPosted } from '@ballast/contracts/ledger';
import type { OrderExecutedV1 } from '@ballast/contracts/orders';
import { decimal } from '@ballast/money';
import { Clock, ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange, LedgerFacts, Publication } from './adapters/ledger.store.js';
import { balancesText } from './domain/account.js';
import { tradedLegs } from './domain/asset-legs.js';
import { decideEntryExecution, decideExitExecution } from './domain/decide-execution.js';
import type { Execution, Settlement } from './domain/decide-execution.js';
import { post, postingIdOf } from './domain/posting.js';
import type { Posting } from './domain/posting.js';
import { requireAccount, requireAsset } from './domain/requirements.js';

/** Settles an execution of the broker's in the ledger, once, in whatever order executions arrive. */
@Injectable()
export class PostExecution {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /**
   * `cause` is the id of the event. Throws `Failure` while what it builds on (account, hold, position) is not there or
   * the store cannot be reached.
   */
  async execute(executed: OrderExecutedV1, cause: string): Promise<void> {
    const shortfallUnits = await this.ledger.changeTogether<bigint>(
      executed.profileId,
      (facts) => this.changeOf(facts, executed, cause),
      () => 0n,
    );
    if (shortfallUnits > 0n) {
      const { profileId, orderId } = executed;
      const fields = { profileId, orderId, shortfallUnits: shortfallUnits.toString() };
      this.log.error(fields, 'the broker took more than was held and available');
    }
  }

  /** Its result is the shortfall that this execution made, in whole units. */
  private async changeOf(facts: LedgerFacts, executed: OrderExecutedV1, cause: string): Promise<LedgerChange<bigint>> {
    const { orderId, intent, executionNumber } = executed;
    const account = requireAccount(facts.account, executed.profileId);
    requireAsset(account, executed.asset);
    const execution = executionOf(executed);
    const before = intent === 'exit' ? undefined : await facts.hold(orderId);
    const decision =
      intent === 'exit' ? decideExitExecution(account, execution) : decideEntryExecution(account, before, execution);
    if (decision.outcome === 'already-posted') return { result: 0n };
    if (decision.outcome === 'too-early') {
      // Heard again after the position was closed: what it would build on is gone because it was posted.
      if ((await facts.posting(postingIdOf(cause))) !== undefined) return { result: 0n };
      throw new Failure(`${decision.missing}-not-there-yet`, `execution ${executionNumber} of ${orderId} is early`);
    }
    const { settlement, hold } = decision;
    const kind = intent === 'exit' ? 'exit-execution' : 'entry-execution';
    const occurredAt = new Date(executed.executedAt).toISOString();
    const { legs } = settlement;
    const story = { orderId, executionNumber, occurredAt };
    const assetLegs = tradedLegs(executed);
    const movement = { id: postingIdOf(cause), kind, cause, ...story, legs, assetLegs } as const;
    const { posting, account: next } = post(account, movement, this.clock.iso());
    return {
      account: next,
      posting,
      ...(hold !== undefined && { hold: { before, after: hold } }),
      event: publicationOf(executed, settlement, posting),
      result: posting.balances.shortfall - account.balances.shortfall,
    };
  }
}

function publicationOf(executed: OrderExecutedV1, settlement: Settlement, posting: Posting): Publication {
  const { profileId, orderId, executionNumber } = executed;
  return {
    declaration: capitalPosted,
    subject: orderId,
    data: {
      profileId,
      asset: posting.asset,
      postingId: posting.id,
      units: settlement.notionalUnits.toString(),
      balances: balancesText(posting.balances),
      orderId,
      executionNumber,
      notionalUnits: settlement.notionalUnits.toString(),
      feeUnits: settlement.feeUnits.toString(),
      realizedPnlUnits: settlement.realizedPnlUnits.toString(),
      releasedUnits: settlement.releasedUnits.toString(),
    },
  };
}

function executionOf(executed: OrderExecutedV1): Execution {
  return {
    orderId: executed.orderId,
    number: executed.executionNumber,
    orderQuantity: decimal(executed.orderQuantity),
    quantityBefore: decimal(executed.quantityBefore),
    quantityAfter: decimal(executed.quantityAfter),
    notionalBefore: decimal(executed.notionalBefore),
    notionalAfter: decimal(executed.notionalAfter),
    feeBefore: decimal(executed.feeBefore),
    feeAfter: decimal(executed.feeAfter),
    closedCostUnits: BigInt(executed.closedCostUnits),
    collateralUnits: optionalUnits(executed.collateralUnits),
    closedProceedsUnits: optionalUnits(executed.closedProceedsUnits),
    holdPartUnits: optionalUnits(executed.holdPartUnits),
    fillsOrder: executed.fillsOrder,
    revision: executed.revision,
  };
}

function optionalUnits(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : BigInt(text);
}
