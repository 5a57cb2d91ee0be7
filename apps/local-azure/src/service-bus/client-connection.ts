import type { Sender } from 'rhea';
import type { ServiceBusError } from './service-bus-error.js';

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
  private readonly grants = new Map<string, number>();
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
    return () => this.openLinks.delete(link);
  }

  /** Notes that a token for this path and everything below it was accepted until a moment. */
  grant(path: string, expiresAtMs: number): void {
    this.grants.set(path, expiresAtMs);
  }

  /** Whether a token that has not expired covers the path. */
  mayUse(path: string, nowMs: number): boolean {
    for (const [granted, expiresAtMs] of this.grants) {
      if (expiresAtMs > nowMs && coversPath(granted, path)) return true;
    }
    return false;
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
  }
}

/** Whether `scope` is the path or an ancestor of it; the empty scope is the whole namespace. */
export function coversPath(scope: string, path: string): boolean {
  return scope === '' || scope === path || path.startsWith(`${scope}/`);
}
