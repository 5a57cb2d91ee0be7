/** Runs work one after another per key, so that what one attempt learned is known to the next. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` after all earlier work of the key has ended; settles as it does. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.last.get(key) ?? Promise.resolve()).then(work);
    const over = result
      .catch(() => undefined)
      .then(() => {
        if (this.last.get(key) === over) this.last.delete(key);
      });
    this.last.set(key, over);
    return result;
  }
}
