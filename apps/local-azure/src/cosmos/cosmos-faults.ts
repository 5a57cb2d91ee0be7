import { setTimeout as delay } from 'node:timers/promises';
import type { Faults } from '../faults/faults.js';
import { CosmosError, SUBSTATUS_RANGE_GONE, SUBSTATUS_RATE_TOO_LARGE, throttled } from './cosmos-error.js';

/** What a throttled client is told to wait when the order does not say. */
const RETRY_AFTER_MS_DEFAULT = 10;

const UNKNOWN_OUTCOME = 'The request timed out: whether it was done is not known.';

/** The refusals that can be ordered, in the order in which they are looked for. */
const REFUSALS: readonly { kind: string; effect: string; error: (delayMs: number) => CosmosError }[] = [
  {
    kind: 'cosmos-throttled',
    effect: 'Requests for items are refused with 429, to be repeated after delayMs (10).',
    error: (delayMs) => throttled(delayMs || RETRY_AFTER_MS_DEFAULT, SUBSTATUS_RATE_TOO_LARGE),
  },
  {
    kind: 'cosmos-retry-with',
    effect: 'Requests for items are refused with 449.',
    error: () => new CosmosError(449, 'RetryWith', 'Retry the request: it met another one.'),
  },
  {
    kind: 'cosmos-gone',
    effect: 'Requests for items are refused with 410, 1002, as if the partition had been split.',
    error: () => new CosmosError(410, 'Gone', 'The requested resource is no longer available.', SUBSTATUS_RANGE_GONE),
  },
  {
    kind: 'cosmos-unavailable',
    effect: 'Requests for items are refused with 503.',
    error: () => new CosmosError(503, 'ServiceUnavailable', 'The service is currently unavailable.'),
  },
  {
    kind: 'cosmos-timeout',
    effect: 'Requests for items are answered 408 and not done.',
    error: () => new CosmosError(408, 'RequestTimeout', UNKNOWN_OUTCOME),
  },
];
const SLOW = 'cosmos-slow';
const ANSWER_LOST = 'cosmos-answer-lost';

/** The faults that can be ordered for requests for items; their target is the id of a container. */
export class CosmosFaults {
  /** Declares the kinds. */
  constructor(private readonly faults: Faults) {
    for (const { kind, effect } of REFUSALS) faults.declare({ kind, effect, half: 'cosmos' });
    faults.declare({ kind: SLOW, effect: 'Requests for items wait delayMs first.', half: 'cosmos', delays: true });
    faults.declare({ kind: ANSWER_LOST, effect: 'Requests for items are done and answered 408.', half: 'cosmos' });
  }

  /** Befalls a request before it is done. Throws the refusal that was ordered. */
  async before(container: string): Promise<void> {
    const slow = this.faults.take(SLOW, container);
    if (slow !== undefined) await delay(slow.delayMs);
    for (const { kind, error } of REFUSALS) {
      const fault = this.faults.take(kind, container);
      if (fault !== undefined) throw error(fault.delayMs);
    }
  }

  /** Befalls a request that was done. Throws 408. */
  after(container: string): void {
    if (this.faults.take(ANSWER_LOST, container) !== undefined) {
      throw new CosmosError(408, 'RequestTimeout', UNKNOWN_OUTCOME);
    }
  }
}
