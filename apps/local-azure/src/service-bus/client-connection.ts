import type { Sender } from 'rhea';
import { coversPath, permits, type Grant, type PolicyRight } from './access-policy.js';
import { unauthorized, type ServiceBusError } from './service-bus-error.js';

/** A link of a client to an entity, its `$management` node included. */
export interface OpenLink {
  /** Lower-case, as its client's tokens are for it. */
  readonly path: string;
  /** The entity's name, as in the counts. */
  readonly entity: string;
  readonly client: ClientConnection;
  /** Ends it from our side. */
  readonly end: (reason: ServiceBusError) => void;
}

/** What one client has proved, and the links its answers go to, while its connection lasts. */
export class ClientConnection {
  private readonly grants = new Map<string, Grant>();
  private expiryTimer: NodeJS.Timeout | undefined;
  /** The moment that the timer is set for: no link's token expires before. */
  private nextExpiryMs = Infinity;
  private readonly replyLinks = new Map<string, Sender>();
  private readonly onClose = new Set<() => void>();
  private readonly openLinks = new Set<OpenLink>();

  constructor(
    /** Cuts the connection without a word. */
    readonly drop: () => void,
  ) {}

  get links(): Iterable<OpenLink> {
    return this.openLinks;
  }

  /** Notes a link; the result forgets it. */
  addLink(link: OpenLink): () => void {
    this.openLinks.add(link);
    if (this.expiryOf(link) < this.nextExpiryMs) this.watchExpiry();
    return () => this.openLinks.delete(link);
  }

  /** Notes what a token that was accepted permits, in place of what one for the same path did. */
  grant(grant: Grant): void {
    this.grants.set(grant.path, grant);
    if (grant.expiresAtMs < this.nextExpiryMs) this.watchExpiry();
  }

  /** Throws `amqp:unauthorized-access` unless a token that has not expired permits this; without a right, any will do. */
  authorize(path: string, right: PolicyRight | undefined): void {
    const nowMs = Date.now();
    const valid = this.grantsFor(path).filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    if (valid.length === 0) throw unauthorized(`No valid token for '${path}'.`);
    if (right === undefined || valid.some(({ rights }) => permits(rights, right))) return;
    throw unauthorized(`'${right}' claim(s) are required to perform this operation. Resource: '${path}'.`);
  }

  addReplyLink(names: readonly string[], link: Sender): void {
    for (const name of names) this.replyLinks.set(name, link);
  }

  removeReplyLink(link: Sender): void {
    for (const [name, known] of this.replyLinks) if (known === link) this.replyLinks.delete(name);
  }

  replyLink(name: string): Sender | undefined {
    return this.replyLinks.get(name);
  }

  /** Runs `action` when the connection is gone; the result takes it back. */
  whenClosed(action: () => void): () => void {
    this.onClose.add(action);
    return () => this.onClose.delete(action);
  }

  /** The connection is gone. */
  closed(): void {
    for (const action of this.onClose) action();
    this.onClose.clear();
    this.replyLinks.clear();
    this.openLinks.clear();
    clearTimeout(this.expiryTimer);
  }

  private grantsFor(path: string): Grant[] {
    return [...this.grants.values()].filter((grant) => coversPath(grant.path, path));
  }

  /** The moment after which nothing permits a link any more. */
  private expiryOf({ path }: OpenLink): number {
    return Math.max(...this.grantsFor(path).map(({ expiresAtMs }) => expiresAtMs), 0);
  }

  /** Ends each link whose token has expired and was not renewed. */
  private watchExpiry(): void {
    clearTimeout(this.expiryTimer);
    const nowMs = Date.now();
    for (const link of [...this.openLinks]) {
      if (this.expiryOf(link) <= nowMs)
        link.end(unauthorized(`ExpiredToken: The token for '${link.path}' is expired.`));
    }
    this.nextExpiryMs = [...this.openLinks].reduce((next, link) => Math.min(next, this.expiryOf(link)), Infinity);
    if (this.nextExpiryMs === Infinity) return;
    const leftMs = Math.min(Math.max(this.nextExpiryMs - nowMs, 1), TIMER_MS_MAX);
    this.expiryTimer = setTimeout(() => this.watchExpiry(), leftMs);
  }
}

/** The longest that a timer can be set for. */
const TIMER_MS_MAX = 2 ** 31 - 1;
