/** Milliseconds before a process that ended by itself is started again: at first, and at most. Doubled each time. */
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;
/** Milliseconds a process is up before its next end counts as the first again. */
const STEADY_MS = 30_000;

/** The exit code of a process whose settings are wrong (`EX_CONFIG`): another start would end in the same way. */
export const SETTINGS_EXIT_CODE = 78;

/** A process that can be started again. */
export interface Restartable {
  start(): void;
}

/** How a process ended that nobody asked to end. */
export interface UnexpectedEnd {
  /** In words, with the name of the process. */
  readonly reason: string;
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
}

/** What a supervisor says, and the time it goes by. */
export interface Supervision {
  /** The process is started again in `pauseMs`. */
  onRestart(end: UnexpectedEnd, pauseMs: number): void;
  /** The process is not started again, because that would not help. */
  onGivenUp(end: UnexpectedEnd): void;
  /** Milliseconds of a clock that is never set back. */
  readonly now: () => number;
  /** Does `work` after `ms`; gives back how not to. */
  readonly later: (ms: number, work: () => void) => () => void;
}

interface History {
  endCount: number;
  startedAtMs: number;
  cancel: () => void;
}

/** Starts processes again that end by themselves, after 0.1 s, then twice as long each time up to 5 s, until they are up for 30 s. */
export class Supervisor {
  private readonly histories = new Map<Restartable, History>();
  private isStopped = false;

  constructor(private readonly supervision: Supervision) {}

  /** Watches a process from now on; it was started just now. */
  watch(process: Restartable): void {
    const startedAtMs = this.supervision.now();
    this.histories.set(process, { endCount: 0, startedAtMs, cancel: () => undefined });
  }

  /** A process ended that nobody asked to end; gives back whether it is one that is watched. */
  ended(process: Restartable, end: UnexpectedEnd): boolean {
    const history = this.histories.get(process);
    if (history === undefined || this.isStopped) return false;
    const { now, later, onGivenUp, onRestart } = this.supervision;
    if (end.exitCode === SETTINGS_EXIT_CODE) {
      onGivenUp(end);
      return true;
    }
    history.endCount = now() - history.startedAtMs >= STEADY_MS ? 1 : history.endCount + 1;
    const pauseMs = Math.min(PAUSE_MS * 2 ** (history.endCount - 1), PAUSE_MS_MAX);
    onRestart(end, pauseMs);
    history.cancel = later(pauseMs, () => {
      history.startedAtMs = now();
      process.start();
    });
    return true;
  }

  /** Nothing is started any more. */
  stop(): void {
    this.isStopped = true;
    for (const { cancel } of this.histories.values()) cancel();
  }
}
