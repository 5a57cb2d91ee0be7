import { RESPONSE_BYTES_MAX } from '../page.js';
import type { Expression, Query } from './ast.js';
import { BEGINNING, type QueryProgress } from './continuation.js';
import { constantOf, type Parameters } from './evaluator.js';
import { queryRefused } from './query-error.js';

/** Rows looked at for one page; beyond it the page is given as it is, so that no query holds up the server. */
const EXAMINED_ROWS_MAX = 20_000;

/** One page of results; `progress` is absent after the last. */
export interface QueryPage {
  /** Each a JSON text. */
  readonly results: readonly string[];
  readonly progress: QueryProgress | undefined;
  readonly examinedRows: number;
  readonly examinedBytes: number;
  readonly resultBytes: number;
}

/** Fills one page, within TOP, OFFSET and LIMIT. */
export class PageBuilder {
  private readonly results: string[] = [];
  private readonly bounds: { readonly offset: number; readonly limit: number };
  private skipped: number;
  private taken: number;
  private examinedRows = 0;
  private examinedBytes = 0;
  private resultBytes = 0;

  constructor(
    query: Query,
    parameters: Parameters,
    private readonly pageSize: number,
    { skipped, taken }: QueryProgress = BEGINNING,
  ) {
    this.bounds = boundsOf(query, parameters);
    this.skipped = skipped;
    this.taken = taken;
  }

  /** Whether the next result belongs to another page. */
  get isFull(): boolean {
    return this.results.length >= this.pageSize || this.resultBytes >= RESPONSE_BYTES_MAX;
  }

  /** Whether so many rows were looked at that the rest is left for another page. */
  get isTired(): boolean {
    return this.examinedRows >= EXAMINED_ROWS_MAX;
  }

  /** Whether the query has all the results that it asked for. */
  get isComplete(): boolean {
    return this.taken >= this.bounds.limit;
  }

  /** Rows that a page of one result per row looks at, the first of the next page included. */
  get wanted(): number {
    return Math.min(this.pageSize + 1, this.bounds.limit - this.taken) + this.bounds.offset - this.skipped;
  }

  examine(body: string): void {
    this.examinedRows += 1;
    this.examinedBytes += body.length;
  }

  /** Takes one more result, unless OFFSET passes over it. */
  offer(result: string): void {
    if (this.skipped < this.bounds.offset) {
      this.skipped += 1;
      return;
    }
    this.results.push(result);
    this.resultBytes += result.length;
    this.taken += 1;
  }

  /** The page; the query goes on from `next`, if that is given. */
  finish(next?: Omit<QueryProgress, 'skipped' | 'taken'>): QueryPage {
    const { results, examinedRows, examinedBytes, resultBytes, skipped, taken } = this;
    return { results, examinedRows, examinedBytes, resultBytes, progress: next && { skipped, taken, ...next } };
  }
}

/** The numbers of TOP, OFFSET and LIMIT. Throws 400. */
export function boundsOf({ top, offset, limit }: Query, parameters: Parameters): { offset: number; limit: number } {
  const count = (expression: Expression | undefined, fallback: number): number => {
    if (expression === undefined) return fallback;
    const value = constantOf(expression, parameters)?.value;
    if (!Number.isInteger(value) || (value as number) < 0) {
      throw queryRefused('TOP, OFFSET and LIMIT need a whole number that is not negative.');
    }
    return value as number;
  };
  return { offset: count(offset, 0), limit: Math.min(count(top, Infinity), count(limit, Infinity)) };
}
