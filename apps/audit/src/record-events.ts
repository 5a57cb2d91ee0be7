import type { EventEnvelope } from '@ballast/contracts';
import { DocumentConflict } from '@ballast/cosmos';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { AuditChains } from './adapters/audit-chains.js';
import { append } from './domain/chain.js';
import { commitParts } from './domain/commit-parts.js';

/** Puts events at the end of their chain, each exactly once however often it comes. */
@Injectable()
export class RecordEvents {
  constructor(
    private readonly chains: AuditChains,
    private readonly clock: Clock,
  ) {}

  /** Records events of one chain in their order; those that are recorded already are left out. */
  async execute(chainId: string, events: readonly EventEnvelope[]): Promise<void> {
    for (const part of commitParts(events)) await this.record(chainId, part);
  }

  /** Writes first and looks only on conflict: the common path pays for one call. */
  private async record(chainId: string, events: readonly EventEnvelope[]): Promise<void> {
    let left = events;
    while (left.length > 0) {
      try {
        const recordedAt = this.clock.iso();
        await this.chains.append(chainId, (head) => append(head, { chainId, recordedAt }, left));
        return;
      } catch (error) {
        if (!(error instanceof DocumentConflict)) throw error;
        const recorded = (
          await this.chains.recorded(
            chainId,
            left.map(({ id }) => id),
          )
        ).add(error.id);
        left = left.filter(({ id }) => !recorded.has(id));
      }
    }
  }
}
