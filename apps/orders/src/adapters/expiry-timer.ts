import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { ServiceLog } from '@ballast/service-host';
import { EndCapitalWait } from '../end-capital-wait.js';
import { ExpireOrders } from '../expire-orders.js';

/** How late an order may be ended that this replica knows of. */
const LOOK_EVERY_MS = 1_000;
/** How often orders are looked up that other replicas placed, one of which may be gone, and those that wait for capital. */
const DISCOVER_EVERY_MS = 60_000;

/** Looks for orders whose time is over, one look at a time: every second for their dates, every minute for their capital. */
@Injectable()
export class ExpiryTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private timers: NodeJS.Timeout[] = [];
  private looking: Promise<void> | undefined;
  private discovering: Promise<void> | undefined;

  constructor(
    private readonly expireOrders: ExpireOrders,
    private readonly endCapitalWait: EndCapitalWait,
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
    this.looking ??= this.expireOrders.execute().finally(() => (this.looking = undefined));
  }

  private discover(): void {
    this.discovering ??= this.expireOrders
      .discover()
      .then(() => this.endCapitalWait.execute())
      .catch((error: unknown) => this.log.warn({ err: error }, 'orders whose time is over could not be listed'))
      .finally(() => (this.discovering = undefined));
  }
}
