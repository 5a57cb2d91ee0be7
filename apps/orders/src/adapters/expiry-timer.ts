import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { ServiceLog } from '@ballast/service-host';
import { EndCapitalWait } from '../end-capital-wait.js';
import { ExpireOrders } from '../expire-orders.js';
import { Rounds } from './rounds.js';

/** Looks for orders whose time is over, one look at a time: every second for their dates, every minute for their capital. */
@Injectable()
export class ExpiryTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(expireOrders: ExpireOrders, endCapitalWait: EndCapitalWait, log: ServiceLog) {
    this.rounds = new Rounds({
      look: () => expireOrders.execute(),
      discover: async () => {
        await expireOrders.discover();
        await endCapitalWait.execute();
      },
      failed: (err) => log.warn({ err }, 'orders whose time is over could not be listed'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }
}
