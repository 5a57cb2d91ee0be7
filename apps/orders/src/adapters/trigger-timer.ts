import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { ServiceLog } from '@ballast/service-host';
import { TriggerOrders } from '../trigger-orders.js';

/** How often the market is looked at for the orders that wait here. */
const LOOK_EVERY_MS = 1_000;
/** How often orders are looked up that other replicas placed, one of which may be gone. */
const DISCOVER_EVERY_MS = 60_000;

/** Looks at the market for the orders that wait here, one look at a time. */
@Injectable()
export class TriggerTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private timers: NodeJS.Timeout[] = [];
  private looking: Promise<void> | undefined;
  private discovering: Promise<void> | undefined;

  constructor(
    private readonly triggerOrders: TriggerOrders,
    private readonly log: ServiceLog,
  ) {}

  onApplicationBootstrap(): void {
    this.discover();
    this.timers = [
      setInterval(() => this.look(), LOOK_EVERY_MS),
      setInterval(() => this.discover(), DISCOVER_EVERY_MS),
    ];
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.looking, this.discovering]);
  }

  private look(): void {
    this.looking ??= this.triggerOrders.execute().finally(() => (this.looking = undefined));
  }

  private discover(): void {
    this.discovering ??= this.triggerOrders
      .discover()
      .catch((error: unknown) => this.log.warn({ err: error }, 'orders that wait for the market could not be listed'))
      .finally(() => (this.discovering = undefined));
  }
}
