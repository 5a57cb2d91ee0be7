import type { Refusal } from '@ballast/contracts';
import type { ControlMode, OrderIntent } from '@ballast/contracts/orders';

/** The global kill switch. `epoch` rises with every change and is 0 before the first. */
export interface Controls {
  readonly mode: ControlMode;
  readonly reason: string;
  readonly actor: string;
  readonly epoch: number;
  /** ISO 8601; absent before the first change. */
  readonly changedAt: string | undefined;
}

/** What holds before anybody has touched the switch. */
export const UNTOUCHED_CONTROLS: Controls = { mode: 'active', reason: '', actor: '', epoch: 0, changedAt: undefined };

/** Why the switch forbids an order of this intent now, if it does: halted stops both, reduce-only stops entries. */
export function refusalOfControls(controls: Controls, intent: OrderIntent): Refusal | undefined {
  if (controls.mode === 'halted') return { code: 'trading-halted', limit: 'active', value: 'halted' };
  if (controls.mode === 'reduce-only' && intent === 'entry')
    return { code: 'reduce-only', limit: 'exit', value: intent };
  return undefined;
}
