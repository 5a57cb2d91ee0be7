import type { Refusal } from '@ballast/contracts';
import type { ControlMode, OrderIntent } from '@ballast/contracts/orders';

/** The scope of the switch that holds for everything. */
export const GLOBAL_SCOPE = 'global';

/** The switch of one profile (`profile:` and its id) or one symbol (`symbol:` and its name). */
export interface ScopedControl {
  readonly scope: string;
  readonly mode: ControlMode;
  readonly reason: string;
  readonly actor: string;
  /** Of the change that set it. */
  readonly epoch: number;
  /** ISO 8601. */
  readonly changedAt: string;
}

/** The kill switch: the global mode, and the scopes for which less is allowed. */
export interface Controls {
  readonly mode: ControlMode;
  readonly reason: string;
  readonly actor: string;
  /** Rises with every change of any scope; 0 before the first. */
  readonly epoch: number;
  /** Of the global mode, ISO 8601; absent before the first change. */
  readonly changedAt: string | undefined;
  /** None of them `active`. */
  readonly scoped: readonly ScopedControl[];
}

/** What holds before anybody has touched the switch. */
export const UNTOUCHED_CONTROLS: Controls = {
  mode: 'active',
  reason: '',
  actor: '',
  epoch: 0,
  changedAt: undefined,
  scoped: [],
};

/** What the switch looks at in an order. */
export interface Controlled {
  readonly intent: OrderIntent;
  readonly profileId: string;
  readonly symbol: string;
}

/** Why the switch forbids an order now, if it does: halted stops every intent, reduce-only stops entries. */
export function refusalOfControls(controls: Controls, order: Controlled): Refusal | undefined {
  const switches = [{ scope: GLOBAL_SCOPE, mode: controls.mode }, ...controls.scoped].filter(({ scope }) =>
    isInScope(scope, order),
  );
  const halted = switches.find(({ mode }) => mode === 'halted');
  if (halted !== undefined)
    return { code: 'trading-halted', limit: 'active', value: described('halted', halted.scope) };
  const reducing = switches.find(({ mode }) => mode === 'reduce-only');
  return reducing !== undefined && order.intent === 'entry'
    ? { code: 'reduce-only', limit: 'exit', value: described('entry', reducing.scope) }
    : undefined;
}

/** Whether a scope covers an order. */
export function isInScope(scope: string, order: Omit<Controlled, 'intent'>): boolean {
  return scope === GLOBAL_SCOPE || scope === `profile:${order.profileId}` || scope === `symbol:${order.symbol}`;
}

function described(value: string, scope: string): string {
  return scope === GLOBAL_SCOPE ? value : `${value}, ${scope}`;
}

/** A change of one scope. */
export interface ControlChange {
  readonly scope: string;
  readonly mode: ControlMode;
  readonly reason: string;
  readonly actor: string;
  /** Open orders are to be cancelled: worth a change even where the mode stays. */
  readonly cancelOpenOrders: boolean;
}

export type ControlDecision =
  | { readonly outcome: 'changed'; readonly controls: Controls }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'too-many-scopes' };

/** Moves the switch of one scope; what is set already for the same reason changes nothing. `at` is ISO 8601. */
export function decideControls(
  current: Controls,
  { scope, mode, reason, actor, cancelOpenOrders }: ControlChange,
  limits: { readonly at: string; readonly scopesMax: number },
): ControlDecision {
  const epoch = current.epoch + 1;
  if (scope === GLOBAL_SCOPE) {
    return !cancelOpenOrders && current.mode === mode && current.reason === reason
      ? { outcome: 'unchanged' }
      : { outcome: 'changed', controls: { ...current, mode, reason, actor, epoch, changedAt: limits.at } };
  }
  const set = current.scoped.find((control) => control.scope === scope);
  const isSet = mode === 'active' ? set === undefined : set?.mode === mode && set.reason === reason;
  if (isSet && !cancelOpenOrders) return { outcome: 'unchanged' };
  const others = current.scoped.filter((control) => control !== set);
  if (mode !== 'active' && others.length >= limits.scopesMax) return { outcome: 'too-many-scopes' };
  const scoped = mode === 'active' ? others : [...others, { scope, mode, reason, actor, epoch, changedAt: limits.at }];
  return { outcome: 'changed', controls: { ...current, epoch, scoped } };
}
