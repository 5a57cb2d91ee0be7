import type { AccessRight } from './authorization-rule.js';

/**
 * What an identity may do. `ManageSubscriptions` is ours: the subscriptions and rules of topics and nothing else, as a
 * custom role has it on Azure.
 */
export type PolicyRight = AccessRight | 'ManageSubscriptions';

/** Somebody who may use the namespace, or some of its entities, known by a key or by an Entra principal. */
export interface AccessPolicy {
  /** The name of the key in a connection string. */
  readonly name: string;
  readonly rights: readonly PolicyRight[];
  /** As they stand in a connection string; none for who has a principal only. */
  readonly keys?: readonly string[];
  /** The `oid`, `appid` or `sub` of an Entra token. */
  readonly principal?: string;
  /** The topics and queues it is for, with what is below them; all unless given. */
  readonly entities?: readonly string[];
}

/** What a token was found to permit. */
export interface Grant {
  /** The path that the token is for, lower-case; it covers what is below. */
  readonly path: string;
  readonly rights: readonly PolicyRight[];
  readonly expiresAtMs: number;
}

/** Whether a right is among those given; Manage has the others. */
export function permits(rights: readonly PolicyRight[], wanted: PolicyRight): boolean {
  return rights.includes(wanted) || rights.includes('Manage');
}

/** Whether the scope is the path or an ancestor of it; the empty scope is the whole namespace. */
export function coversPath(scope: string, path: string): boolean {
  return scope === '' || scope === path || path.startsWith(`${scope}/`);
}
