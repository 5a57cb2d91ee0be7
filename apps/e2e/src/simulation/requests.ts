import { Failure } from '@ballast/contracts';
import { runningProcess } from './virtual-process.js';
import type { VirtualProcess } from './virtual-process.js';
import type { World } from './world.js';

/** Milliseconds after which a caller gives up on an answer, and that pass, at most, before it asks again. */
const PATIENCE_MS = 5_000;
const ASK_AGAIN_MS_MAX = 500;
const TRIES_MAX = 200;
/** How often a request is sent twice at once, and once more long after. */
const TWICE_RATE = 0.15;
const AGAIN_RATE = 0.15;
const LONG_AFTER_MS_MAX = 4_000;

/** The replicas of one service: what each may be asked for, from when it has started. */
export type Slots<Door> = readonly {
  readonly door: Door | undefined;
  readonly process: VirtualProcess | undefined;
}[];

/** A request that is the same however often it is made, by its key. */
export interface Keyed {
  readonly key: string;
  readonly what: string;
}

/** How callers ask: again and again, of whichever replica, until somebody answers. */
export class Requests {
  /** Requests for whose answer somebody still waits. */
  open = 0;
  /** The answer that was given under each key, as text. */
  private readonly answers = new Map<string, string>();

  constructor(private readonly world: World) {}

  /**
   * Asks, perhaps twice at once or again later; whatever is answered under a key is always the same. `undefined` is no answer
   * but the state of things, which may be another one later.
   */
  async askOnce<Door>(
    { key, what }: Keyed,
    slots: Slots<Door>,
    work: (door: Door) => Promise<string | undefined>,
  ): Promise<void> {
    const { chance } = this.world;
    const once = async (): Promise<void> => {
      const answer = await this.ask(what, slots, work);
      if (answer === undefined) return;
      const before = this.answers.get(key);
      this.world.witness.must(
        before === undefined || before === answer,
        () => `${what} under ${key} was answered "${before}" and then "${answer}"`,
      );
      this.answers.set(key, answer);
    };
    await Promise.all([once(), chance.happens(TWICE_RATE) ? once() : undefined]);
    if (!chance.happens(AGAIN_RATE)) return;
    await pause(chance.between(0, LONG_AFTER_MS_MAX));
    await once();
  }

  /** Asks one replica after the other until one answers. */
  async ask<Door, Answer>(what: string, slots: Slots<Door>, work: (door: Door) => Promise<Answer>): Promise<Answer> {
    const { chance, witness } = this.world;
    this.open += 1;
    try {
      for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
        const { door, process } = chance.oneOf(slots);
        const answer = door && process && (await this.attempt(process, () => work(door), what));
        if (answer !== undefined) return answer.value;
        await pause(chance.between(0, ASK_AGAIN_MS_MAX));
      }
      witness.must(false, () => `${what} is never answered`);
      throw new Failure('never-answered', what);
    } finally {
      this.open -= 1;
    }
  }

  /** One request; `undefined` where the answer is "later", or none comes. */
  private attempt<Answer>(
    process: VirtualProcess,
    work: () => Promise<Answer>,
    what: string,
  ): Promise<{ readonly value: Answer } | undefined> {
    const { timeline, chance, story, witness } = this.world;
    const wayMs = (): number => chance.between(0.2, 3);
    const asker = runningProcess();
    return new Promise((resolve) => {
      const answer = (value: { readonly value: Answer } | undefined): void => {
        if (process.isAlive) timeline.after(wayMs(), () => asker.run(() => resolve(value)));
      };
      timeline.after(PATIENCE_MS, () => asker.run(() => resolve(undefined)));
      timeline.after(wayMs(), () => {
        if (!process.isAlive) return;
        story.tell(process.name, () => `is asked: ${what}`);
        void process.run(() =>
          work().then(
            (value) => {
              story.tell(process.name, () => `answers ${what}: ${String(value ?? 'done')}`);
              answer({ value });
            },
            (error: unknown) => {
              witness.must(error instanceof Failure, () => `${what} fails: ${String((error as Error).stack)}`);
              answer(undefined);
            },
          ),
        );
      });
    });
  }
}

/** Milliseconds of the caller's own time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
