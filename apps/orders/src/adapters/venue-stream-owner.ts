import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { ContainerStore } from '@ballast/cosmos';
import { Clock, InjectStore, Readiness, ServiceLog } from '@ballast/service-host';
import { LockKeeper } from './lock-keeper.js';
import { RuntimeLock } from './runtime-lock.js';
import { VENUE_ACCOUNT } from './venue-calls.js';
import { VenueUpdates } from './venue-updates.js';

/** Gives the stream of the broker's account one owner among all replicas. */
@Injectable()
export class VenueStreamOwner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly keeper: LockKeeper;

  constructor(
    @InjectStore('runtime_locks') store: ContainerStore,
    @Inject(VENUE_ACCOUNT) account: string,
    clock: Clock,
    updates: VenueUpdates,
    readiness: Readiness,
    log: ServiceLog,
  ) {
    this.keeper = new LockKeeper(new RuntimeLock(store, `venue-stream:${account}`, clock), updates, log);
    updates.onlyWhile(() => this.keeper.owns);
    readiness.add({ name: 'venue-stream', check: () => ({ ok: true, detail: { isOwner: this.keeper.owns } }) });
  }

  /** Resolves after the first try, so that a single replica hears the broker when it is ready. */
  async onApplicationBootstrap(): Promise<void> {
    await this.keeper.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.keeper.close();
  }
}
