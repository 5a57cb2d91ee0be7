import { accumulator, isAggregate, type Accumulator } from './aggregates.js';
import { partsOf, selectedExpressions, type Call, type Expression, type Query } from './ast.js';
import { compile, type Evaluate, type EvaluationContext, type Frame } from './evaluator.js';
import { compileSelection } from './selection.js';
import type { Result } from './subquery.js';
import { canonicalText } from './values.js';

interface AggregateCall {
  readonly name: string;
  readonly argument: Evaluate;
  readonly slot: number;
}

/** How rows become groups, made ready. */
export interface Grouping {
  readonly keys: readonly Evaluate[];
  readonly calls: readonly AggregateCall[];
  readonly project: Evaluate;
}

/** The groups and aggregates of a query; undefined when it has none. `first` is the slot of its first source. */
export function compileGrouping(query: Query, context: EvaluationContext, first: number): Grouping | undefined {
  const calls = aggregatesOf(query);
  if (calls.length === 0 && query.groupBy.length === 0) return undefined;
  const aggregates = new Map<Expression, number>(calls.map((call) => [call, context.scope.newSlot()]));
  return {
    keys: query.groupBy.map(({ expression }) => compile(expression, context)),
    calls: calls.map((call) => ({
      name: call.name,
      argument: compile(call.args[0]!, context),
      slot: aggregates.get(call)!,
    })),
    project: compileSelection(query, { ...context, aggregates }, first),
  };
}

/** The aggregate calls within the selection of a query. */
export const aggregatesOf = (query: Query): Call[] => selectedExpressions(query.selection).flatMap(aggregatesUnder);

function aggregatesUnder(expression: Expression): Call[] {
  if (expression.kind === 'call' && isAggregate(expression.name)) return [expression];
  return partsOf(expression).flatMap(aggregatesUnder);
}

/** Gathers rows into groups; without keys there is one group, of no rows at least. */
export class Groups {
  private readonly groups = new Map<string, { frame: Frame; accumulators: Accumulator[] }>();

  constructor(private readonly grouping: Grouping) {
    if (grouping.keys.length === 0) this.open('', []);
  }

  add(frame: Frame): void {
    const key = this.keyOf(frame);
    const { accumulators } = this.groups.get(key) ?? this.open(key, frame);
    for (const [index, { argument }] of this.grouping.calls.entries()) accumulators[index]!.add(argument(frame));
  }

  /** Takes `count` rows of which every argument has a value, where only counts are asked for. */
  addTimes(count: number): void {
    const { accumulators } = this.groups.get('')!;
    for (const each of accumulators) each.add(true, count);
  }

  /** The results in the order of their keys, each with its key; results that are undefined are left out. */
  results(): (Result & { readonly key: string })[] {
    const ordered = [...this.groups].sort(([left], [right]) => (left < right ? -1 : 1));
    return ordered.flatMap(([key, { frame, accumulators }]) => {
      for (const [index, { slot }] of this.grouping.calls.entries()) frame[slot] = accumulators[index]!.result();
      const value = this.grouping.project(frame);
      return value === undefined ? [] : [{ key, value }];
    });
  }

  private open(key: string, frame: Frame): { frame: Frame; accumulators: Accumulator[] } {
    const group = { frame: [...frame], accumulators: this.grouping.calls.map(({ name }) => accumulator(name)) };
    this.groups.set(key, group);
    return group;
  }

  private keyOf(frame: Frame): string {
    if (this.grouping.keys.length === 0) return '';
    const values = this.grouping.keys.map((key) => {
      const value = key(frame);
      return value === undefined ? [] : [value];
    });
    return canonicalText(values);
  }
}
