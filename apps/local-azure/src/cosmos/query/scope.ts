/** A place in a frame for every name that an expression may use; slot 0 is the document. */
export class NameScope {
  private constructor(
    private readonly slots: ReadonlyMap<string, number>,
    private readonly counter: { next: number },
  ) {}

  /** A scope without names, for one query and the queries within it. */
  static empty(): NameScope {
    return new NameScope(new Map(), { next: 1 });
  }

  /** A scope in which `name` is the document itself. */
  static ofDocument(name: string | undefined): NameScope {
    return new NameScope(name === undefined ? new Map() : new Map([[name, 0]]), { next: 1 });
  }

  /** A slot that no name has. */
  newSlot(): number {
    return this.counter.next++;
  }

  /** This scope with one more name, which hides an equal one. */
  with(name: string, slot: number): NameScope {
    return new NameScope(new Map(this.slots).set(name, slot), this.counter);
  }

  /** The slot of a name; undefined when there is none. */
  slotOf(name: string): number | undefined {
    return this.slots.get(name);
  }
}
