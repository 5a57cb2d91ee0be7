import { randomUUID } from 'node:crypto';

/** A new id of a token. */
export function newTokenId(): string {
  return `tok_${randomUUID()}`;
}
