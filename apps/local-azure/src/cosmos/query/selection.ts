import type { Expression, Query } from './ast.js';
import { compile, type Evaluate, type EvaluationContext } from './evaluator.js';

/** What a query makes of each row; `first` is the slot of its first source. */
export function compileSelection({ selection }: Query, context: EvaluationContext, first: number): Evaluate {
  if (selection.kind === 'value') return compile(selection.expression, context);
  if (selection.kind === 'everything') return (frame) => frame[first];
  const entries = selection.columns.map(({ name, expression }) => [name, expression] as const);
  const columns: Expression = { kind: 'object', entries };
  return compile(columns, context);
}
