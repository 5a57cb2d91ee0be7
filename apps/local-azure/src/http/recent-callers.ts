/** How long who has called counts, at least; at most twice as long. */
export const RECENT_MS = 100;

/** Counts who has called lately. */
export class RecentCallers {
  private readonly current = new Set<object>();
  private before = 0;
  private endMs = 0;

  /** `nowMs` gives milliseconds that never run backwards. */
  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  note(caller: object): void {
    this.turn();
    this.current.add(caller);
  }

  get count(): number {
    this.turn();
    return Math.max(this.current.size, this.before);
  }

  private turn(): void {
    const now = this.nowMs();
    if (now < this.endMs) return;
    this.before = now < this.endMs + RECENT_MS ? this.current.size : 0;
    this.current.clear();
    this.endMs = now + RECENT_MS;
  }
}
