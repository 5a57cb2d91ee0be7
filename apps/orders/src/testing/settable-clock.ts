import { Clock } from '@ballast/service-host';

/** A clock that a test stops at an instant, or lets run with the machine's. */
export class SettableClock extends Clock {
  private stoppedAtMs: number | undefined;

  override now(): number {
    return this.stoppedAtMs ?? super.now();
  }

  /** Stands still at `ms`, milliseconds since 1970, until it is set again; `undefined` lets it run. */
  set(ms: number | undefined): void {
    this.stoppedAtMs = ms;
  }
}
