import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { ServiceLog } from '@ballast/service-host';
import { TriggerOrders } from '../trigger-orders.js';
import { Rounds } from './rounds.js';

/** Looks at the market every second for the orders that wait here, one look at a time. */
@Injectable()
export class TriggerTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(triggerOrders: TriggerOrders, log: ServiceLog) {
    this.rounds = new Rounds({
      look: () => triggerOrders.execute(),
      discover: () => triggerOrders.discover(),
      failed: (err) => log.warn({ err }, 'orders that wait for the market could not be listed'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }
}
