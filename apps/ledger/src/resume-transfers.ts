import { Clock, ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { TransferRows } from './adapters/transfer-rows.js';
import type { Transfer } from './domain/transfer.js';
import { SettleTransfer } from './settle-transfer.js';

/** Milliseconds after which a transfer that has not ended is taken further by whoever sees it. */
export const TRANSFER_MS_MAX = 60_000;
/** Milliseconds between two looks for such transfers. */
const LOOK_EVERY_MS = 60_000;

/**
 * Ends transfers that nobody takes further: whoever asked is gone, and the event of the last step was given up. Every
 * step happens once, so that several replicas may look, and a transfer that is only slow comes to no harm.
 */
@Injectable()
export class ResumeTransfers implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly rows: TransferRows,
    private readonly settle: SettleTransfer,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.looking = this.look()), LOOK_EVERY_MS);
  }

  /** Looks no more, and resolves when the last look is over. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Takes every transfer that began long enough ago to its end; how many. Throws `Failure` while the store is away. */
  async execute(): Promise<number> {
    const begunBy = new Date(this.clock.now() - TRANSFER_MS_MAX).toISOString();
    let resumed = 0;
    for await (const transfers of this.rows.pendingSince(begunBy)) {
      for (const transfer of transfers) {
        if (await this.isResumed(transfer)) resumed += 1;
      }
    }
    return resumed;
  }

  /** One that cannot be taken further does not stop the others; the next look tries it again. */
  private async isResumed(transfer: Transfer): Promise<boolean> {
    const fields = { transferId: transfer.id };
    try {
      await this.settle.finish(transfer, await this.settle.receive(transfer));
      this.log.warn(fields, 'a transfer is at its end that nobody took further');
      return true;
    } catch (error) {
      this.log.error({ ...fields, error: (error as Error).message }, 'a transfer cannot be taken further');
      return false;
    }
  }

  private async look(): Promise<void> {
    try {
      await this.execute();
    } catch (error) {
      this.log.warn({ error: (error as Error).message }, 'pending transfers could not be looked for');
    }
  }
}
