import type { ContainerDefinition } from '../container-definition.js';
import type { ContainerStore } from '../container-store.js';
import type { Scope } from '../scope.js';
import type { Query, Value } from './ast.js';
import type { Parameters } from './evaluator.js';
import { planQuery, type Plan, type PlanRequest } from './planner.js';

/** Parameters of a query, and characters of a text in them, with which its plan is remembered at most. */
const PARAMETERS_MAX = 20;
const TEXT_LENGTH_MAX = 200;

/** A plan and what it was made from. */
interface Made {
  readonly plan: Plan;
  readonly parameters: Parameters;
  readonly scope: Scope;
  readonly definition: ContainerDefinition;
}

/** The plan made last of each query, as long as the query itself is remembered. */
const made = new WeakMap<ContainerStore, WeakMap<Query, Made>>();

/**
 * The plan of a query: the one made before where the query is asked again, as for its next page, with the same parameters of the same part
 * of the container. One that has something to evaluate is made again, because that may ask for the time. Throws 400.
 */
export function planOf(request: PlanRequest): Plan {
  const { container, query, parameters, scope } = request;
  const { definition } = container;
  const plans = plansOf(container);
  const before = plans.get(query);
  if (before !== undefined && isMadeFor(before, request)) return before.plan;
  const plan = planQuery(request);
  const isLasting = plan.index !== undefined && plan.residual === undefined && areFew(parameters);
  if (isLasting) plans.set(query, { plan, parameters, scope, definition });
  return plan;
}

function plansOf(container: ContainerStore): WeakMap<Query, Made> {
  const known = made.get(container);
  if (known !== undefined) return known;
  const plans = new WeakMap<Query, Made>();
  made.set(container, plans);
  return plans;
}

const areFew = (parameters: Parameters): boolean =>
  parameters.size <= PARAMETERS_MAX && [...parameters.values()].every(isBrief);

const isBrief = (value: Value): boolean => typeof value !== 'string' || value.length <= TEXT_LENGTH_MAX;

/** The index of a plan goes when the transaction is undone in which it was made. */
const isMadeFor = (before: Made, { container, parameters, scope }: PlanRequest): boolean =>
  before.definition === container.definition &&
  container.columns.has(before.plan.index!) &&
  before.scope.breadth === scope.breadth &&
  areSame(before.scope.conditions, scope.conditions) &&
  areSame(before.scope.params, scope.params) &&
  areSameParameters(before.parameters, parameters);

const areSame = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((value, index) => value === right[index]);

function areSameParameters(left: Parameters, right: Parameters): boolean {
  if (left.size !== right.size) return false;
  for (const [name, value] of left) if (!right.has(name) || right.get(name) !== value) return false;
  return true;
}
