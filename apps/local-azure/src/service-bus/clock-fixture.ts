/** A clock that a test moves forward: `Date.now()` of everything in the process; timers run as ever. For tests. */
export class MovableClock {
  private aheadMs = 0;
  private readonly spy: jest.SpyInstance<number, []>;

  constructor() {
    const now = Date.now.bind(Date);
    this.spy = jest.spyOn(Date, 'now').mockImplementation(() => now() + this.aheadMs);
  }

  advance(ms: number): void {
    this.aheadMs += ms;
  }

  /** Gives the real time back. */
  restore(): void {
    this.spy.mockRestore();
  }
}
