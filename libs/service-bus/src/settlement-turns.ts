import { setImmediate as flushed } from 'node:timers/promises';
import type { BrokerSettlement } from './settlement.js';

/**
 * Keeps settlements that differ apart. The AMQP library writes what was settled since its last write at once, and gives
 * two neighbours the first one's outcome without comparing them (`write_dispositions` of rhea 3.0.5): a message given
 * back beside a completed one would be completed and lost. Equal ones may share a write.
 */
export class SettlementTurns {
  private current: { readonly kind: BrokerSettlement['kind']; readonly written: Promise<void> } | undefined;

  /** Resolves when a settlement of this kind may be handed to the library, in the same turn of the event loop. */
  async enter(kind: BrokerSettlement['kind']): Promise<void> {
    while (this.current !== undefined && !mayShare(this.current.kind, kind)) await this.current.written;
    this.current ??= { kind, written: this.end() };
  }

  private async end(): Promise<void> {
    await flushed();
    this.current = undefined;
  }
}

/** Dead letters differ by their reasons. */
function mayShare(one: BrokerSettlement['kind'], other: BrokerSettlement['kind']): boolean {
  return one === other && one !== 'dead-letter';
}
