import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { EventEnvelope } from '@ballast/contracts';
import { noAttempts } from './settlement.js';
import type { Attempts } from './settlement.js';

/** One received message with its event, from its arrival until it is settled or its lock is lost. */
export class Delivery {
  attempts: Attempts = noAttempts();
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
  ) {
    this.over = new Promise((resolve) => (this.resolveOver = resolve));
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
