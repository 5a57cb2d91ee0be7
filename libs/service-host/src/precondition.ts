import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from './problem-exception.js';
import { contentHash } from './request-hash.js';

/** Characters of a tag made from content: 132 bits of its hash. */
const TAG_CHARS = 33;
/** A strong tag, or `*`. */
const IF_MATCH_PATTERN = /^(?:"[\x21\x23-\x7e]{1,128}"|\*)$/;

/** The `ETag` of a resource that has no version of its own: the same for the same content. */
export function contentTag(content: unknown): string {
  return `"${contentHash(content).slice(0, TAG_CHARS)}"`;
}

/** What a change was decided on: the header `If-Match`. */
export class Precondition {
  /** `undefined` and `*` hold whatever is there. */
  constructor(private readonly tag: string | undefined) {}

  /** Throws the problem `precondition-required` where the caller has not said what they saw. */
  require(): void {
    if (this.tag === undefined) throw new ProblemException('precondition-required');
  }

  /** Throws the problem `precondition-failed` where the caller saw another version than that of this tag. */
  check(tag: string): void {
    if (!this.holds(tag)) throw new ProblemException('precondition-failed');
  }

  /** Whether the caller saw the version of this tag, or means whatever is there. */
  holds(tag: string): boolean {
    return this.tag === undefined || this.tag === '*' || this.tag === tag;
  }
}

/** The header `If-Match` as a `Precondition`; a 400 for what is no tag, and a 428 where it is `required` and missing. */
export const IfMatch = createParamDecorator(
  ({ required = false }: { required?: boolean }, context: ExecutionContext): Precondition => {
    const tag = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
    if (tag !== undefined && !IF_MATCH_PATTERN.test(tag)) {
      const errors = [{ pointer: 'If-Match', detail: 'must be the ETag that was given, or *' }];
      throw new ProblemException('invalid-request', { errors });
    }
    const precondition = new Precondition(tag);
    if (required) precondition.require();
    return precondition;
  },
);
