import type { JsonObject } from '../../json.js';
import type { Value } from '../ast.js';
import { compile } from '../evaluator.js';
import { parseQuery } from '../parser.js';
import { NameScope } from '../scope.js';

/** The value of an expression over a document that it calls `c`, as SELECT VALUE gives it; tests only. */
export function valueOf(expression: string, document: JsonObject = {}, nowMs = 0): Value {
  const { selection } = parseQuery(`SELECT VALUE ${expression} FROM root c`);
  if (selection.kind !== 'value') throw new Error(`${expression} is no value.`);
  const context = { parameters: new Map(), scope: NameScope.ofDocument('c'), clock: () => nowMs };
  return compile(selection.expression, context)([document]);
}
