import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { EventEnvelope } from '@ballast/contracts';
import { noAttempts } from './settlement.js';
import type { Attempts, FinalSettlement, Outcome } from './settlement.js';

/** Where a delivery came from, as far as the lanes need to know. */
export interface Origin {
  /** Whether its aggregate has parked messages, behind which it has to wait. */
  mustWait(): boolean;
  /** Settles its message on the receiver that it came from. Must not reject. */
  settle(delivery: Delivery, settlement: FinalSettlement, outcome?: Outcome): Promise<void>;
}

/** One received message with its event, from its arrival until it is settled or its lock is lost. */
export class Delivery {
  /** When the handler began with it, in epoch milliseconds; undefined while it waits. */
  handledSinceMs: number | undefined;
  /** Resolves when nothing more will happen to the message here. */
  readonly over: Promise<void>;
  isOver = false;
  private resolveOver: () => void = () => undefined;
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    readonly message: ServiceBusReceivedMessage,
    readonly event: EventEnvelope,
    private readonly origin: Origin,
    /** What was tried already. */
    public attempts: Attempts = noAttempts(),
  ) {
    this.over = new Promise((resolve) => (this.resolveOver = resolve));
  }

  /** Settles the message, after `outcome` where its handler was asked, and ends. Never rejects. */
  async finish(settlement: FinalSettlement, outcome?: Outcome): Promise<void> {
    await this.origin.settle(this, settlement, outcome);
    this.end();
  }

  /** Whether it has to wait behind parked messages of its aggregate. */
  get mustWait(): boolean {
    return this.origin.mustWait();
  }

  /** Calls `renew` every `ms` milliseconds until the delivery is over; never a second time while one is under way. */
  renewEvery(ms: number, renew: () => Promise<void>): void {
    let underWay = false;
    this.renewal = setInterval(() => {
      if (underWay) return;
      underWay = true;
      void renew().finally(() => (underWay = false));
    }, ms);
  }

  /** Nothing more will happen to the message here. */
  end(): void {
    this.isOver = true;
    clearInterval(this.renewal);
    this.resolveOver();
  }
}
