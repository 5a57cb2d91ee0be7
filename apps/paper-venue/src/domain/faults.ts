import type { Decimal } from '@ballast/money';

/** What a client may ask of the venue and a fault may hit. */
export type Operation = 'submit' | 'replace' | 'cancel' | 'lookup' | 'orders' | 'activities' | 'quotes' | 'account';

/** How an answer fails to reach the client: never, by a cut connection, or as an error of a gateway. */
export type LostAnswer = 'hang' | 'drop' | 'error';

/** What an order whose answer is lost has come to. */
export type LostOutcome = 'filled' | 'open' | 'rejected' | 'never-arrived';

/** What goes wrong. */
export type FaultKind =
  | { kind: 'latency'; delayMs: number; operation: Operation | undefined }
  | { kind: 'rate-limit'; status: 418 | 429; retryAfterS: number; operation: Operation | undefined }
  | { kind: 'server-error'; status: number; operation: Operation | undefined }
  | { kind: 'reject'; message: string }
  | { kind: 'lost-answer'; outcome: LostOutcome; answer: LostAnswer; operation: 'submit' | 'cancel' | 'replace' }
  | { kind: 'duplicate-updates'; copies: number }
  | { kind: 'reorder-updates' }
  | { kind: 'lose-updates' }
  | { kind: 'refuse-stream' }
  | { kind: 'late-fill'; quantity: Decimal | undefined }
  | { kind: 'partial-fills'; quantity: Decimal }
  | { kind: 'halt' }
  | { kind: 'stale-quotes'; ageMs: number };

/** Whom a fault hits: everything of a symbol, one order by its client order id, or where both are absent everything. */
export interface FaultTarget {
  symbol?: string | undefined;
  clientOrderId?: string | undefined;
}

/** A fault in waiting; `remaining` counts how often it still strikes, undefined for one that stands until it is removed. */
export type Fault = FaultKind & FaultTarget & { id: number; remaining: number | undefined };

type Named<K extends FaultKind['kind']> = Extract<Fault, { kind: K }>;

/** The faults that the venue was told to have, in the order in which they were asked for; a restart forgets them. */
export class Faults {
  private readonly faults: Fault[] = [];
  private lastId = 0;

  /** Every fault that is still to strike. */
  list(): readonly Fault[] {
    return this.faults;
  }

  add(fault: FaultKind & FaultTarget, count: number | undefined): Fault {
    this.lastId += 1;
    const added: Fault = { ...fault, id: this.lastId, remaining: count };
    this.faults.push(added);
    return added;
  }

  /** Removes one fault, or all of them. */
  remove(id?: number): void {
    const kept = id === undefined ? [] : this.faults.filter((fault) => fault.id !== id);
    this.faults.splice(0, this.faults.length, ...kept);
  }

  /** The first fault of a kind that hits this, one strike of it used up. */
  take<K extends FaultKind['kind']>(kind: K, hit: FaultTarget & { operation?: Operation } = {}): Named<K> | undefined {
    const fault = this.standing(kind, hit);
    if (!fault || fault.remaining === undefined) return fault;
    fault.remaining -= 1;
    if (fault.remaining === 0) this.remove(fault.id);
    return fault;
  }

  /** The first fault of a kind that hits this, left as it is. */
  standing<K extends FaultKind['kind']>(
    kind: K,
    hit: FaultTarget & { operation?: Operation } = {},
  ): Named<K> | undefined {
    return this.faults.find((fault): fault is Named<K> => fault.kind === kind && hits(fault, hit));
  }
}

function hits(fault: Fault, hit: FaultTarget & { operation?: Operation }): boolean {
  if (fault.symbol !== undefined && fault.symbol !== hit.symbol) return false;
  if (fault.clientOrderId !== undefined && fault.clientOrderId !== hit.clientOrderId) return false;
  const operation = 'operation' in fault ? fault.operation : undefined;
  return operation === undefined || operation === hit.operation;
}
