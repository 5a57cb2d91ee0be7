/** Remembers the ids that were used last, up to a bound, and tells whether one is new. */
export class RecentIds {
  readonly #ids = new Set<string>();

  constructor(private readonly sizeMax: number) {}

  /** Whether it is remembered; asking does not make it so. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** True the first time; an id that comes again is again among the last used. */
  isNew(id: string): boolean {
    const isKnown = this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size > this.sizeMax) {
      for (const oldest of this.#ids) {
        this.#ids.delete(oldest);
        break;
      }
    }
    return !isKnown;
  }
}
