import type { ContainerStore } from '@ballast/cosmos';
import { storeToken } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';

/** A replica and the type of an event that it is about to commit. */
export interface Party {
  readonly service: RunningService;
  readonly type: string;
}

/**
 * Keeps the next commits of these events until each replica has decided and is about to make its own; then they are made
 * in this order, one after the other, so that all but the first were decided from what is not so any more.
 */
export function meetAtCommits(...parties: readonly Party[]): void {
  const arrivals = parties.map(() => new Gate());
  const done = parties.map(() => new Gate());
  parties.forEach(({ service, type }, index) => {
    const store: ContainerStore = service.app.get(storeToken('trade_orders'), { strict: false });
    const commit = store.commit.bind(store);
    const watched = jest.spyOn(store, 'commit').mockImplementation(async (partition, operations) => {
      const isMeant = !arrivals[index]?.isOpen && JSON.stringify(operations).includes(`"type":"${type}"`);
      if (!isMeant) return commit(partition, operations);
      arrivals[index]?.open();
      await Promise.all(arrivals.map(({ passed }) => passed));
      await done[index - 1]?.passed;
      watched.mockRestore();
      return commit(partition, operations).finally(() => done[index]?.open());
    });
  });
}

class Gate {
  isOpen = false;
  private release: () => void = () => undefined;
  readonly passed = new Promise<void>((resolve) => (this.release = resolve));

  open(): void {
    this.isOpen = true;
    this.release();
  }
}
