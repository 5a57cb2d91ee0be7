import type { GroupCommit } from '../storage/group-commit.js';
import type { Catalog } from './catalog.js';
import type { ContainerStore } from './container-store.js';

const SWEEP_INTERVAL_MS = 1_000;
/** Items deleted in one transaction at most. */
const SWEEP_ITEMS_MAX = 500;

/** Deletes expired items, which are invisible already, and versions beyond their retention, a bounded number at a time. */
export class TtlSweeper {
  private readonly timer: NodeJS.Timeout;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly catalog: Catalog,
    private readonly commits: GroupCommit,
    private readonly nowSeconds: () => number,
  ) {
    this.timer = setInterval(() => {
      this.sweeping = this.sweep();
    }, SWEEP_INTERVAL_MS);
    this.timer.unref();
  }

  /** Starts no other sweep and waits for the one in hand. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweep(): Promise<void> {
    const now = this.nowSeconds();
    const works = this.catalog.allContainers().flatMap((container) => sweepsOf(container, now));
    await Promise.allSettled(works.map((work) => this.commits.submit(work)));
  }
}

function sweepsOf(container: ContainerStore, now: number): (() => void)[] {
  const { effects, definition } = container;
  const oldest = now - definition.retentionSeconds;
  return [
    ...(container.hasExpired(now) ? [() => container.removeExpired(now, SWEEP_ITEMS_MAX)] : []),
    ...(effects.keepsVersions && effects.log.hasOlderThan(oldest)
      ? [() => effects.log.prune(oldest, SWEEP_ITEMS_MAX)]
      : []),
  ];
}
