import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { Chance } from './chance.js';
import { BEGIN_MS } from './timeline.js';
import type { Appointment, Timeline } from './timeline.js';

/** Whose turn it is: a step of the timeline, with all that it sets going until it comes to a halt, is of one process alone. */
let running: VirtualProcess | undefined;

/** Ends the turn of whoever ran; what comes next is nobody's until a process runs. */
export function endTurn(): void {
  running = undefined;
}

/** Makes it the process's turn. Throws where it is another's. */
function beginTurn(process: VirtualProcess): void {
  if (running !== undefined && running !== process)
    throw new Error(`${process.name} runs in a turn of ${running.name}`);
  running = process;
}

/** The process whose turn it is. Throws where it is nobody's. */
export function runningProcess(): VirtualProcess {
  if (running === undefined) throw new Error('nobody runs');
  return running;
}

/**
 * A process as far as code can tell: a clock, timers and chance of its own. What runs in it, and all that it sets going,
 * ends with it in the middle of whatever it does: no timer rings and no answer arrives any more.
 */
export class VirtualProcess {
  isAlive = true;

  constructor(
    readonly name: string,
    readonly timeline: Timeline,
    readonly chance: Chance,
    /** By how much its wall clock is wrong. */
    readonly skewMs = 0,
  ) {}

  /** Runs `work` in the process, whose turn it is from then on. Throws where it is another's. */
  run<T>(work: () => T): T {
    beginTurn(this);
    return work();
  }

  /** The wall clock, whole milliseconds since 1970. */
  wallMs(): number {
    return Math.floor(this.timeline.nowMs + this.skewMs);
  }

  after(ms: number, act: () => void): VirtualTimer {
    return new VirtualTimer(this, () => Math.max(ms, 0), { act, repeats: false });
  }

  every(ms: number, act: () => void): VirtualTimer {
    return new VirtualTimer(this, () => Math.max(ms, 1), { act, repeats: true });
  }
}

/** What `setTimeout` and `setInterval` give in a virtual process. */
export class VirtualTimer {
  private appointment: Appointment;

  constructor(
    private readonly process: VirtualProcess,
    private readonly ms: () => number,
    private readonly alarm: { readonly act: () => void; readonly repeats: boolean },
  ) {
    this.appointment = this.make();
  }

  clear(): void {
    this.appointment.isOff = true;
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  private make(): Appointment {
    const { timeline } = this.process;
    return timeline.after(this.ms(), () => {
      if (!this.process.isAlive) return;
      if (this.alarm.repeats) this.appointment = this.make();
      this.process.run(this.alarm.act);
    });
  }
}

/** Frames that an error keeps meanwhile: runs are full of failures, and what they stand for is told by their steps. */
const FRAMES_MAX = 4;

/** What is put in the place of a real function while virtual processes run, and what was there. */
interface Replaced {
  readonly of: object;
  readonly name: string;
  readonly real: PropertyDescriptor | undefined;
}

let replaced: Replaced[] = [];

/**
 * Gives every virtual process its time and chance: the real functions stay what they are for everybody else. `restore`
 * takes it back.
 */
export function installVirtualTime(): void {
  if (replaced.length > 0) return;
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const [now, random, monotonic] = [Date.now, Math.random, performance.now.bind(performance)];
  const { setTimeout: delay, setImmediate: flushed } = timers;
  const replace = (of: object, name: string, value: unknown): void => {
    replaced.push({ of, name, real: Object.getOwnPropertyDescriptor(of, name) });
    Object.defineProperty(of, name, { value, configurable: true, writable: true, enumerable: true });
  };
  const begin =
    (real: (act: () => void, ms?: number) => unknown, kind: 'after' | 'every') =>
    (act: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): unknown =>
      running?.[kind](ms, () => act(...given)) ?? real(() => act(...given), ms);
  const end = (real: (timer: never) => void) => (timer: unknown) =>
    timer instanceof VirtualTimer ? timer.clear() : real(timer as never);
  replace(Error, 'stackTraceLimit', FRAMES_MAX);
  replace(globalThis, 'setTimeout', begin(setTimeout, 'after'));
  replace(globalThis, 'setInterval', begin(setInterval, 'every'));
  replace(globalThis, 'clearTimeout', end(clearTimeout));
  replace(globalThis, 'clearInterval', end(clearInterval));
  replace(Date, 'now', () => running?.wallMs() ?? now());
  replace(Math, 'random', () => running?.chance.next() ?? random());
  replace(performance, 'now', () => {
    const timeline = running?.timeline;
    return timeline === undefined ? monotonic() : timeline.nowMs - BEGIN_MS;
  });
  replace(timers, 'setTimeout', (ms: number, value?: unknown, options?: { signal?: AbortSignal }) => {
    const process = running;
    return process === undefined ? delay(ms, value, options) : virtualDelay(process, ms, { value, ...options });
  });
  replace(timers, 'setImmediate', (value?: unknown) => {
    const process = running;
    return process === undefined ? flushed(value) : virtualDelay(process, 0, { value });
  });
  syncBuiltinESMExports();
}

/** Puts the real functions back. */
export function restoreRealTime(): void {
  for (const { of, name, real } of replaced) {
    if (real === undefined) Reflect.deleteProperty(of, name);
    else Object.defineProperty(of, name, real);
  }
  replaced = [];
  syncBuiltinESMExports();
}

/** As of `node:timers/promises`: rejects as soon as the signal aborts. */
function virtualDelay(
  process: VirtualProcess,
  ms: number,
  { value, signal }: { value?: unknown; signal?: AbortSignal },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      timer.clear();
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    const timer = process.after(ms, () => {
      signal?.removeEventListener('abort', aborted);
      resolve(value);
    });
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}
