/** What is to happen at an instant, unless it is called off before. */
export interface Appointment {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
  isOff: boolean;
}

/** Where time begins: an instant of a trading day, milliseconds since 1970. */
export const BEGIN_MS = Date.UTC(2026, 10, 20, 12);

/**
 * Time that passes only from one appointment to the next. Each is kept alone: the next begins when everything that the one
 * before has set going has come to a halt.
 */
export class Timeline {
  /** Milliseconds since 1970, with fractions. */
  nowMs = BEGIN_MS;
  /** Appointments kept so far. */
  kept = 0;
  private made = 0;
  /** A binary heap: the earliest first, and of those of one instant the one that was made first. */
  private readonly heap: Appointment[] = [];

  /** `halted` is called after each appointment, when all has come to a halt. */
  constructor(private readonly halted: () => void) {}

  /** Makes an appointment; not in the past. */
  after(ms: number, act: () => void): Appointment {
    this.made += 1;
    const made: Appointment = { atMs: this.nowMs + Math.max(0, ms), order: this.made, act, isOff: false };
    this.insert(made);
    return made;
  }

  /** Keeps appointments until `isOver` says so, asked before each, or there are none; true when it said so. */
  async run(isOver: () => boolean): Promise<boolean> {
    while (!isOver()) {
      const next = this.removeFirst();
      if (next === undefined) return false;
      if (next.isOff) continue;
      this.nowMs = next.atMs;
      this.kept += 1;
      next.act();
      await restless();
      this.halted();
    }
    return true;
  }

  private insert(made: Appointment): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(made);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Appointment;
      if (isBefore(parent, made)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = made;
  }

  private removeFirst(): Appointment | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (let childAt = 1; childAt < heap.length; childAt = 2 * at + 1) {
      const right = heap[childAt + 1];
      if (right !== undefined && isBefore(right, heap[childAt] as Appointment)) childAt += 1;
      const child = heap[childAt] as Appointment;
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Appointment, other: Appointment): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** Resolves when no promise has anything left to do: Node comes to this queue only after that of the promises is empty. */
function restless(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
