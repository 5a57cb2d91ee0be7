import type { Json } from '../json.js';
import type { Query } from './ast.js';
import { compile, type EvaluationContext, type Frame } from './evaluator.js';
import { compileGrouping, Groups } from './grouping.js';
import { compileSelection } from './selection.js';
import { compileSources } from './sources.js';
import { canonicalText } from './values.js';

/** One result of a query. */
export interface Result {
  readonly value: Json;
}

/** Makes a query within another ready: gives all its results for a frame of the outer one. */
export function compileSubquery(query: Query, outer: EvaluationContext): (frame: Frame) => readonly Result[] {
  const { expand, scope, first } = compileSources(query.sources, outer);
  const { parameters, clock } = outer;
  const context: EvaluationContext = { parameters, clock, scope };
  const where = query.where && compile(query.where.expression, context);
  const grouping = compileGrouping(query, context, first);
  const project = grouping === undefined ? compileSelection(query, context, first) : undefined;
  return (frame) => {
    const groups = grouping && new Groups(grouping);
    const results: Result[] = [];
    for (const _ of expand(frame)) {
      if (where !== undefined && where(frame) !== true) continue;
      groups?.add(frame);
      const value = project?.(frame);
      if (value !== undefined) results.push({ value });
    }
    const all = groups?.results() ?? results;
    return query.distinct ? distinct(all) : all;
  };
}

function distinct(results: readonly Result[]): Result[] {
  const seen = new Set<string>();
  return results.filter(({ value }) => {
    const key = canonicalText(value);
    return !seen.has(key) && seen.add(key);
  });
}
