import { createHash } from 'node:crypto';
import { orderOfBrokerKey } from '@ballast/contracts';
import type { Timeline } from './timeline.js';
import { BEGIN_MS } from './timeline.js';

/** Ids with a part that is drawn outside of the run: who tells the story names them by when they were first heard of. */
const DRAWN_IDS = /\b(ord|trd|prf|usr|req|trf)_[0-9a-hjkmnp-tv-z_]{26,}/g;
const BROKER_KEYS = /(?<![\w-])[A-Za-f][\w-]{35}(?![\w-])/g;

/** Lines of a story that are kept, at most: the last ones. */
const LINES_MAX = 20_000;

/** What happened in a run, in its order, readable; told only when somebody listens. */
export class Story {
  private readonly lines: string[] = [];
  private readonly hash = createHash('sha256');
  private readonly names = new Map<string, string>();

  constructor(
    private readonly timeline: Timeline,
    readonly isTold: boolean,
  ) {}

  /** One step: who did what. `what` is asked only where the story is told. */
  tell(who: string, what: () => string): void {
    if (!this.isTold) return;
    const seconds = ((this.timeline.nowMs - BEGIN_MS) / 1_000).toFixed(4).padStart(10);
    const line = `${seconds} ${who.padEnd(9)} ${this.named(what())}`;
    this.hash.update(`${line}\n`);
    this.lines.push(line);
    if (this.lines.length > LINES_MAX) this.lines.splice(0, LINES_MAX / 2);
  }

  /** The lines so far, the last ones where there are many. */
  text(): string {
    return this.lines.join('\n');
  }

  /** The same for two runs in which the same happened. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  /** The text with drawn ids replaced by short names. */
  named(text: string): string {
    return text
      .replace(BROKER_KEYS, (key) => {
        const named = orderOfBrokerKey(key);
        return named === undefined ? key : `${this.nameOf(named.orderId)}-${named.revision}`;
      })
      .replace(DRAWN_IDS, (id) => this.nameOf(id));
  }

  private nameOf(id: string): string {
    const known = this.names.get(id);
    if (known !== undefined) return known;
    const prefix = id.slice(0, 3);
    const count = [...this.names.values()].filter((name) => name.startsWith(`${prefix}:`)).length;
    const name = `${prefix}:${count + 1}`;
    this.names.set(id, name);
    return name;
  }
}
