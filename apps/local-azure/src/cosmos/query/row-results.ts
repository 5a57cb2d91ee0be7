import type { JsonObject } from '../json.js';
import { rootAliasOf, type Query } from './ast.js';
import { compile, type EvaluationContext, type Frame } from './evaluator.js';
import { compileGrouping, Groups, type Grouping } from './grouping.js';
import type { Row } from './rows.js';
import { compileSelection } from './selection.js';
import { compileSources } from './sources.js';
import { canonicalText } from './values.js';

/** One result as JSON; results with equal keys are equal. */
export interface RowResult {
  readonly text: string;
  /** Only of a query with DISTINCT. */
  readonly key?: string;
}

/** What a query makes of one row of the container at a time. */
export class RowResults {
  /** The frames of the rows that FROM, JOIN and WHERE make of a stored row. */
  readonly frames: (row: Row) => Iterable<Frame>;
  readonly grouping: Grouping | undefined = undefined;
  /** Whether equal results have to be found. */
  readonly isDistinct: boolean;
  /** Gives the results of a row, in order; a query with groups has none before all rows are read. */
  readonly of: (row: Row) => RowResult[];

  constructor(query: Query, outer: EvaluationContext) {
    const isPlain = query.sources.length === 1 && rootAliasOf(query) !== undefined;
    const isWhole = isPlain && query.selection.kind === 'everything' && query.groupBy.length === 0;
    this.isDistinct = query.distinct && !isWhole;
    if (isWhole) {
      this.frames = () => [];
      this.of = (row) => (row.fits ? [{ text: row.body }] : []);
      return;
    }
    const { expand, scope, first } = compileSources(query.sources, outer);
    const context = { ...outer, scope };
    const filter = isPlain || query.where === undefined ? undefined : compile(query.where.expression, context);
    this.frames = function* (row) {
      if (!row.fits) return;
      const frame: Frame = [documentOf(row)];
      for (const _ of expand(frame)) if (filter === undefined || filter(frame) === true) yield frame;
    };
    this.grouping = compileGrouping(query, context, first);
    this.of = this.grouping === undefined ? this.projected(query, context, first) : () => [];
  }

  private projected(query: Query, context: EvaluationContext, first: number): (row: Row) => RowResult[] {
    const project = compileSelection(query, context, first);
    return (row) => {
      const results: RowResult[] = [];
      for (const frame of this.frames(row)) {
        const value = project(frame);
        if (value === undefined) continue;
        results.push({ text: JSON.stringify(value), ...(this.isDistinct ? { key: canonicalText(value) } : {}) });
      }
      return results;
    };
  }

  /** A new set of groups. */
  newGroups(): Groups {
    return new Groups(this.grouping!);
  }
}

const documentOf = (row: Row): JsonObject => row.document ?? (JSON.parse(row.body) as JsonObject);
