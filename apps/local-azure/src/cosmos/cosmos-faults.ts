import { setTimeout as delay } from 'node:timers/promises';
import type { Faults } from '../faults/faults.js';
import type { Sqlite } from '../storage/sqlite.js';
import type { CosmosReply } from './cosmos-reply.js';
import { ORDERED_REFUSALS, unknownOutcome } from './ordered-refusals.js';

const SLOW = 'cosmos-slow';
const REQUEST_LOST = 'cosmos-request-lost';
const ANSWER_LOST = 'cosmos-answer-lost';
const DONE_AND_TIMEOUT = 'cosmos-done-and-timeout';
const STORAGE_FULL = 'cosmos-storage-full';

/** What befalls requests for items, beside the refusals. */
const EFFECTS: readonly { kind: string; effect: string; delays?: boolean }[] = [
  { kind: SLOW, effect: 'Requests for items wait delayMs first.', delays: true },
  { kind: REQUEST_LOST, effect: 'Requests for items are not done; their connection is cut.' },
  { kind: ANSWER_LOST, effect: 'Requests for items are done; then their connection is cut.' },
  { kind: DONE_AND_TIMEOUT, effect: 'Requests for items are done and answered 408.' },
];

/** What a request is: its container, and its kind as usage counts it (`create`, `batch`, `change-feed` …). */
export interface BefallenRequest {
  readonly container: string;
  readonly kind: string;
}

/** The faults that can be ordered for requests for items; their target is a container, or a `container/kind`. */
export class CosmosFaults {
  /** Declares the kinds. */
  constructor(
    private readonly faults: Faults,
    db: Sqlite,
  ) {
    for (const { kind, effect } of ORDERED_REFUSALS) faults.declare({ kind, effect, half: 'cosmos' });
    for (const each of EFFECTS) faults.declare({ ...each, half: 'cosmos' });
    faults.declare({
      kind: STORAGE_FULL,
      effect: 'The file of the data does not grow: writes of any container that need room are refused with 503.',
      half: 'cosmos',
      changed: () => db.holdSize(faults.standing().some(({ kind }) => kind === STORAGE_FULL)),
    });
  }

  /** Serves a request as far as the faults let it. Throws the refusal that was ordered. */
  async befall(request: BefallenRequest, serve: () => Promise<CosmosReply>): Promise<CosmosReply> {
    const slow = this.take(SLOW, request);
    if (slow !== undefined) await delay(slow.delayMs);
    for (const { kind, error } of ORDERED_REFUSALS) {
      const fault = this.take(kind, request);
      if (fault !== undefined) throw error(fault.delayMs);
    }
    if (this.take(REQUEST_LOST, request) !== undefined)
      return { status: 0, requestUnits: 0, kind: request.kind, lost: true };
    const reply = await serve();
    if (this.take(DONE_AND_TIMEOUT, request) !== undefined) throw unknownOutcome();
    return this.take(ANSWER_LOST, request) === undefined ? reply : { ...reply, lost: true };
  }

  private take(fault: string, { container, kind }: BefallenRequest): { readonly delayMs: number } | undefined {
    return this.faults.take(fault, container) ?? this.faults.take(fault, `${container}/${kind}`);
  }
}
