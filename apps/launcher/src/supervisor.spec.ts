import { SETTINGS_EXIT_CODE, Supervisor } from './supervisor.js';

const KILLED = { reason: 'orders ended by itself (SIGKILL)', exitCode: null };

/** A supervisor whose time passes only when it is told to, with one process under it. */
class Watch {
  readonly pauses: number[] = [];
  readonly givenUp: string[] = [];
  starts = 0;
  private nowMs = 0;
  private due: { atMs: number; work: () => void } | undefined;
  readonly process = { start: () => void (this.starts += 1) };
  readonly supervisor = new Supervisor({
    onRestart: (_end, pauseMs) => void this.pauses.push(pauseMs),
    onGivenUp: ({ reason }) => void this.givenUp.push(reason),
    now: () => this.nowMs,
    later: (ms, work) => {
      this.due = { atMs: this.nowMs + ms, work };
      return () => (this.due = undefined);
    },
  });

  constructor() {
    this.supervisor.watch(this.process);
  }

  pass(ms: number): void {
    this.nowMs += ms;
    const { due } = this;
    if (due === undefined || due.atMs > this.nowMs) return;
    this.due = undefined;
    due.work();
  }

  /** The process ends as soon as it is up, as often. */
  crash(times: number): void {
    for (let count = 0; count < times; count += 1) {
      this.supervisor.ended(this.process, KILLED);
      this.pass(this.pauses.at(-1) ?? 0);
    }
  }
}

describe('a process that ends by itself', () => {
  let watch: Watch;
  beforeEach(() => (watch = new Watch()));

  it('is started again after a tenth of a second, not before', () => {
    watch.supervisor.ended(watch.process, KILLED);
    watch.pass(99);
    expect(watch.starts).toBe(0);
    watch.pass(1);
    expect(watch.starts).toBe(1);
  });

  it('is waited for twice as long each time, up to five seconds', () => {
    watch.crash(8);
    expect(watch.pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(watch.starts).toBe(8);
  });

  it('begins with the shortest pause again after it was up for thirty seconds, and not for less', () => {
    watch.crash(3);
    watch.pass(29_999);
    watch.crash(1);
    watch.pass(30_000);
    watch.crash(1);
    expect(watch.pauses).toEqual([100, 200, 400, 800, 100]);
  });

  it('is given up when its settings are wrong', () => {
    expect(watch.supervisor.ended(watch.process, { reason: 'PORT is missing', exitCode: SETTINGS_EXIT_CODE })).toBe(
      true,
    );
    watch.pass(60_000);
    expect([watch.givenUp, watch.starts]).toEqual([['PORT is missing'], 0]);
  });

  it('is not started once everything stops, though its pause has begun', () => {
    watch.supervisor.ended(watch.process, KILLED);
    watch.supervisor.stop();
    watch.pass(60_000);
    expect(watch.supervisor.ended(watch.process, KILLED)).toBe(false);
    expect(watch.starts).toBe(0);
  });

  it('is left alone when it is not watched', () => {
    expect(watch.supervisor.ended({ start: () => undefined }, KILLED)).toBe(false);
    expect(watch.pauses).toEqual([]);
  });
});
