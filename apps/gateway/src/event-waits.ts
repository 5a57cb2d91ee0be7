import type { EventEnvelope } from '@ballast/contracts';
import { Failure } from '@ballast/contracts';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

/** Requests that wait at the same time, at most. */
const WAITS_MAX = 10_000;
/** Events that one wait remembers, at most; the first ones go. */
const HEARD_MAX = 200;

/** What one request hears while it waits. */
export interface EventWait {
  /**
   * True once `isEnough` says so of what was heard since the registration, false when `timeoutMs` is over. One at a
   * time.
   */
  until(isEnough: (heard: readonly EventEnvelope[]) => boolean, timeoutMs: number): Promise<boolean>;
  /** Hears what is about this subject too, whichever request it goes back to. */
  follow(subject: string): void;
  /** Whether nothing more will be heard: ended, or the gateway stops. */
  readonly isOver: boolean;
  /** Stops hearing. */
  end(): void;
}

/** Lets a request wait for events that follow from it. It registers before it sends its command, so that none is missed. */
@Injectable()
export class EventWaits implements OnModuleDestroy {
  readonly #byKey = new Map<string, Set<Wait>>();
  #count = 0;

  /** Begins to hear all events of this correlation id. Throws `Failure` when too many requests wait. */
  register(correlationId: string): EventWait {
    if (this.#count >= WAITS_MAX) throw new Failure('too-many-waits', 'too many requests wait for events');
    this.#count += 1;
    const wait = new Wait(this.#byKey, () => (this.#count -= 1));
    wait.hearKey(correlationKey(correlationId));
    return wait;
  }

  /** Tells an event to everyone who waits for it. */
  hear(event: EventEnvelope): void {
    const waits = [correlationKey(event.correlationid), subjectKey(event.subject)].flatMap((key) => [
      ...(this.#byKey.get(key) ?? []),
    ]);
    for (const wait of new Set(waits)) wait.hear(event);
  }

  /** The gateway stops: whoever waits answers with what there is, so that the stop need not wait for them. */
  onModuleDestroy(): void {
    for (const wait of new Set([...this.#byKey.values()].flatMap((waits) => [...waits]))) wait.end();
  }

  /** Requests that wait now. */
  get count(): number {
    return this.#count;
  }
}

const correlationKey = (correlationId: string): string => `correlation ${correlationId}`;
const subjectKey = (subject: string): string => `subject ${subject}`;

class Wait implements EventWait {
  readonly #heard: EventEnvelope[] = [];
  readonly #keys = new Set<string>();
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(
    private readonly byKey: Map<string, Set<Wait>>,
    private readonly onEnd: () => void,
  ) {}

  get isOver(): boolean {
    return this.#isOver;
  }

  hearKey(key: string): void {
    if (this.#isOver) return;
    this.#keys.add(key);
    const waits = this.byKey.get(key);
    if (waits === undefined) this.byKey.set(key, new Set([this]));
    else waits.add(this);
  }

  hear(event: EventEnvelope): void {
    this.#heard.push(event);
    if (this.#heard.length > HEARD_MAX) this.#heard.shift();
    this.#wake?.();
  }

  until(isEnough: (heard: readonly EventEnvelope[]) => boolean, timeoutMs: number): Promise<boolean> {
    if (isEnough(this.#heard)) return Promise.resolve(true);
    if (this.#isOver) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (answer: boolean): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(answer);
      };
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.#wake = () => {
        if (this.#isOver) finish(false);
        else if (isEnough(this.#heard)) finish(true);
      };
    });
  }

  follow(subject: string): void {
    this.hearKey(subjectKey(subject));
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const key of this.#keys) {
      const waits = this.byKey.get(key);
      waits?.delete(this);
      if (waits?.size === 0) this.byKey.delete(key);
    }
    this.onEnd();
    this.#wake?.();
  }
}
