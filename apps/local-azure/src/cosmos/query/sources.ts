import { isJsonObject } from '../json.js';
import type { Source, Value } from './ast.js';
import type { EvaluationContext, Frame } from './evaluator.js';
import type { NameScope } from './scope.js';
import { compileSubquery } from './subquery.js';

/** Puts one combination of the values of FROM and JOIN after the other into the frame. */
export type Expand = (frame: Frame) => Iterable<void>;

type Values = (frame: Frame) => Iterable<Value>;

/** FROM and JOIN made ready, with the scope in which the rest of the query stands and the slot of the first source. */
export interface CompiledSources {
  readonly expand: Expand;
  readonly scope: NameScope;
  readonly first: number;
}

/** Makes FROM and JOIN ready. A name that is not in scope is the container: its documents, or the one in slot 0. */
export function compileSources(sources: readonly Source[], context: EvaluationContext): CompiledSources {
  let { scope } = context;
  const steps: { slot: number; values: Values }[] = [];
  for (const [index, source] of sources.entries()) {
    const { documents, ...rest } = context;
    const values = valuesOf(source, { ...rest, scope, ...(index === 0 && documents ? { documents } : {}) });
    const slot = scope.newSlot();
    if (source.alias !== undefined) scope = scope.with(source.alias, slot);
    steps.push({ slot, values: source.each ? itemsOf(values) : values });
  }
  return { scope, first: steps[0]?.slot ?? 0, expand: (frame) => combinations(steps, 0, frame) };
}

function* combinations(
  steps: readonly { slot: number; values: Values }[],
  index: number,
  frame: Frame,
): Generator<void> {
  const step = steps[index];
  if (step === undefined) {
    yield;
    return;
  }
  for (const value of step.values(frame)) {
    frame[step.slot] = value;
    yield* combinations(steps, index + 1, frame);
  }
}

function valuesOf({ origin }: Source, context: EvaluationContext): Values {
  if (origin.kind === 'subquery') {
    const results = compileSubquery(origin.query, context);
    return (frame) => results(frame).map(({ value }) => value);
  }
  const slot = context.scope.slotOf(origin.name);
  const { documents } = context;
  if (slot !== undefined) return (frame) => valuesAt([frame[slot]], origin.path);
  return (frame) => valuesAt(documents?.() ?? [frame[0]], origin.path);
}

/** The values at a path; where there is none, there is no row. */
function* valuesAt(starts: Iterable<Value>, path: readonly (string | number)[]): Generator<Value> {
  for (const start of starts) {
    let value: Value = start;
    for (const step of path) value = stepInto(value, step);
    if (value !== undefined) yield value;
  }
}

function stepInto(value: Value, step: string | number): Value {
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined;
  return isJsonObject(value) && typeof step === 'string' && Object.hasOwn(value, step) ? value[step] : undefined;
}

const itemsOf = (values: Values): Values =>
  function* (frame) {
    for (const value of values(frame)) if (Array.isArray(value)) yield* value;
  };
