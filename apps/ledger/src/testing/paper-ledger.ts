import { emptyAccount, evolve } from '../domain/account.js';
import type { Account, Legs } from '../domain/account.js';
import { decideEnd } from '../domain/decide-end.js';
import { decideEntryExecution, decideExitExecution } from '../domain/decide-execution.js';
import type { Execution, ExecutionDecision } from '../domain/decide-execution.js';
import { decideHold } from '../domain/decide-hold.js';
import { decideMove } from '../domain/decide-move.js';
import { evolveHold } from '../domain/hold.js';
import type { Hold } from '../domain/hold.js';
import { Posting } from '../domain/posting.js';

/** What the ledger hears of an order. */
export type Heard =
  | { readonly kind: 'placed'; readonly orderId: string; readonly units: bigint }
  | { readonly kind: 'entry' | 'exit'; readonly execution: Execution }
  | { readonly kind: 'ended'; readonly orderId: string; readonly executions: number };

/** The ledger of one profile over the pure decisions, checking the invariants at every posting. */
export class PaperLedger {
  account: Account = emptyAccount('prf_1', 'usr_1', 'USD');
  readonly holds = new Map<string, Hold>();
  readonly resolutions = new Map<string, number>();
  readonly #posted = new Set<string>();

  move(kind: 'deposit' | 'withdrawal', units: bigint): void {
    const decision = decideMove(this.account, kind, units);
    if (decision.outcome === 'moved') this.post(`${kind}-${this.account.postings}`, decision.legs);
  }

  /** Hears everything in the order given; what is too early comes again after the others, as often as it takes. */
  hearAll(events: readonly Heard[]): void {
    let waiting = [...events];
    while (waiting.length > 0) {
      const left = waiting.filter((event) => this.hear(event) === 'too-early');
      if (left.length === waiting.length) throw new Error(`${left.length} events wait for ever`);
      waiting = left;
    }
  }

  private hear(event: Heard): 'done' | 'too-early' {
    switch (event.kind) {
      case 'placed':
        if (!this.holds.has(event.orderId)) this.hold(event.orderId, event.units);
        return 'done';
      case 'ended':
        return this.end(event);
      case 'entry': {
        const { orderId, number } = event.execution;
        const hold = this.holds.get(orderId);
        const decision = decideEntryExecution(this.account, hold, event.execution);
        if (decision.outcome === 'posted') this.put(decision.hold as Hold, hold);
        return this.settle(`${orderId}-${number}`, decision);
      }
      case 'exit': {
        const id = `${event.execution.orderId}-${event.execution.number}`;
        if (this.#posted.has(id)) return 'done';
        return this.settle(id, decideExitExecution(this.account, event.execution));
      }
    }
  }

  private hold(orderId: string, units: bigint): void {
    const decision = decideHold(this.account, units);
    if (decision.outcome === 'declined') throw new Error('the test funds every hold');
    this.put(evolveHold(orderId, undefined, { kind: 'held', units }), undefined);
    this.post(`${orderId}-placed`, decision.legs);
  }

  private end(event: { orderId: string; executions: number }): 'done' {
    const before = this.holds.get(event.orderId);
    const decision = decideEnd(this.account.balances, before, event);
    if (decision.outcome !== 'nothing-to-do') this.put(decision.hold, before);
    if (decision.outcome === 'released') this.post(`${event.orderId}-ended`, decision.legs);
    return 'done';
  }

  private settle(id: string, decision: ExecutionDecision): 'done' | 'too-early' {
    if (decision.outcome === 'posted') this.post(id, decision.settlement.legs);
    return decision.outcome === 'too-early' ? 'too-early' : 'done';
  }

  private put(hold: Hold, before: Hold | undefined): void {
    this.holds.set(hold.orderId, hold);
    if (hold.state === 'resolved' && before?.state !== 'resolved') {
      this.resolutions.set(hold.orderId, (this.resolutions.get(hold.orderId) ?? 0) + 1);
    }
    if (hold.remaining < 0n) throw new Error(`more than all of ${hold.orderId} is used`);
  }

  private post(id: string, legs: Legs): void {
    if (this.#posted.has(id)) throw new Error(`${id} is posted twice`);
    this.#posted.add(id);
    const posting = new Posting(this.account, { id, kind: 'hold', cause: id, legs }, '2026-11-02T10:00:00.000Z');
    this.account = evolve(this.account, posting);
    const { balances } = this.account;
    const parts = balances.allocated - balances.reservedForOrders - balances.reservedForPositions;
    if (balances.available !== parts + balances.realizedPnl - balances.fees + balances.shortfall) {
      throw new Error('the parts do not add up to the whole');
    }
    for (const field of ['available', 'shortfall', 'reservedForOrders', 'reservedForPositions'] as const) {
      if (balances[field] < 0n) throw new Error(`${field} is below zero`);
    }
  }
}
