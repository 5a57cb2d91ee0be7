import type { Chance } from './chance.js';
import type { Story } from './story.js';
import type { Timeline } from './timeline.js';
import type { VirtualProcess } from './virtual-process.js';

/** How a request goes wrong on its way: it never arrives, or its answer does not. */
export type Loss = 'request' | 'answer';

/** What one side offers the other: how likely what goes wrong, and what the caller gets to see then. */
export interface Reach {
  /** Of all requests. */
  readonly lossRate: number;
  /** What the caller's library throws where no answer came. */
  lost(loss: Loss): Error;
  /** Milliseconds after which the caller gives up on an answer. */
  readonly patienceMs: number;
}

/** Milliseconds of one way, as a rule, and where it is slow. */
const WAY_MS = { least: 0.2, most: 3, slowest: 400 } as const;
const SLOW_RATE = 0.02;

/** What a world shares between everything in it. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly story: Story;
}

/** Decides whether a process dies at an effect of its own. */
export interface Fate {
  /** Asked at each effect: whether the process dies before it is asked for, or when it is done and not answered yet. */
  of(process: VirtualProcess): 'lives' | 'dies-before' | 'dies-after';
  kill(process: VirtualProcess): void;
  /** Whether anything goes wrong at all. */
  readonly isTroubled: boolean;
}

/** The ways of one process to everything outside of it. */
export class Wire {
  constructor(
    readonly process: VirtualProcess,
    private readonly world: Surroundings,
    private readonly fate: Fate,
  ) {}

  /** Asks somebody for an effect: it is done when the request arrives, and known when the answer does. */
  ask<T>(what: () => string, effect: () => T, reach: Reach): Promise<T> {
    const { timeline, chance, story } = this.world;
    const { process } = this;
    if (!process.isAlive) return new Promise<never>(() => undefined);
    const end = this.fate.of(process);
    if (end === 'dies-before') return this.die();
    const loss = this.lossOf(reach);
    return new Promise((resolve, reject) => {
      const give = (afterMs: number, settle: () => void): void => {
        timeline.after(afterMs, () => {
          if (process.isAlive) process.run(settle);
        });
      };
      timeline.after(this.wayMs(), () => {
        // What a dead process sent may still arrive, or never.
        if (!process.isAlive && chance.happens(0.5)) return;
        if (loss === 'request') {
          story.tell(process.name, () => `${what()}: never arrives`);
          return give(chance.between(0, reach.patienceMs), () => reject(reach.lost(loss)));
        }
        const outcome = outcomeOf(effect);
        story.tell(process.name, () => `${what()}: ${toldAs(outcome)}${loss === 'answer' ? ', answer lost' : ''}`);
        if (end === 'dies-after') return void this.die();
        if (loss === 'answer') return give(chance.between(0, reach.patienceMs), () => reject(reach.lost(loss)));
        give(this.wayMs(), () => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value)));
      });
    });
  }

  /** Whether something of this probability goes wrong now. */
  isUnlucky(rate: number): boolean {
    return this.fate.isTroubled && this.world.chance.happens(rate);
  }

  /** Milliseconds that something takes to get from one side to the other. */
  wayMs(): number {
    const { chance } = this.world;
    if (this.isUnlucky(SLOW_RATE)) return chance.between(WAY_MS.most, WAY_MS.slowest);
    return chance.between(WAY_MS.least, WAY_MS.most);
  }

  private lossOf({ lossRate }: Reach): Loss | undefined {
    const { chance } = this.world;
    if (!this.fate.isTroubled || !chance.happens(lossRate)) return undefined;
    return chance.happens(0.5) ? 'request' : 'answer';
  }

  private die(): Promise<never> {
    this.fate.kill(this.process);
    return new Promise<never>(() => undefined);
  }
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function outcomeOf<T>(effect: () => T): Outcome<T> {
  try {
    return { value: effect() };
  } catch (error) {
    return { error };
  }
}

function toldAs(outcome: Outcome<unknown>): string {
  return 'error' in outcome
    ? `refused, ${outcome.error instanceof Error ? outcome.error.message : String(outcome.error)}`
    : 'done';
}
