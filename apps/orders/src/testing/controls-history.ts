import type { ControlMode, ControlsChangedV1, OrderPlacedV1 } from '@ballast/contracts/orders';

type Subject = Pick<OrderPlacedV1, 'intent' | 'profileId' | 'symbol'>;

/** What stood on the kill switch from an instant on, by scope; what is not named is active. */
interface Position {
  readonly atMs: number;
  readonly epoch: number;
  readonly modes: Readonly<Record<string, ControlMode>>;
}

/** Every position that the kill switch was ever in, by its events alone. */
export class ControlsHistory {
  private readonly positions: Position[] = [{ atMs: Number.NEGATIVE_INFINITY, epoch: 0, modes: {} }];
  readonly changes = new Map<number, ControlsChangedV1>();

  note(change: ControlsChangedV1, atMs: number): void {
    const { scope = 'global', mode, epoch } = change;
    this.changes.set(epoch, change);
    this.positions.push({ atMs, epoch, modes: { ...this.positions.at(-1)?.modes, [scope]: mode } });
  }

  /** Since when, and since which epoch, the switch has forbidden an order without a break; `undefined` while it allows it. */
  forbiddenSince(order: Subject): { readonly atMs: number; readonly epoch: number } | undefined {
    let since: Position | undefined;
    for (const position of [...this.positions].reverse()) {
      if (!forbids(position, order)) break;
      since = position;
    }
    return since;
  }
}

/** Whether a change is about an order that it no longer allows. */
export function concerns({ scope = 'global', mode }: ControlsChangedV1, order: Subject): boolean {
  const inScope = ['global', `profile:${order.profileId}`, `symbol:${order.symbol}`].includes(scope);
  return inScope && (mode === 'halted' || (mode === 'reduce-only' && order.intent === 'entry'));
}

function forbids({ modes }: Position, order: Subject): boolean {
  return Object.entries(modes).some(([scope, mode]) => concerns({ scope, mode } as ControlsChangedV1, order));
}
