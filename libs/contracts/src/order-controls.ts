import { declareEvent } from './event.js';
import { CountField, FlagField, InstantField, ListField, NestedField, TextField, WordField } from './fields.js';
import { PROFILE_ID_PATTERN } from './ids.js';
import { SYMBOL_PATTERN } from './order-terms.js';

/** What the kill switch lets through: everything, exits only, nothing. */
export const CONTROL_MODES = ['active', 'reduce-only', 'halted'] as const;
export type ControlMode = (typeof CONTROL_MODES)[number];

const bodyOf = (pattern: RegExp): string => pattern.source.slice(1, -1);
/** What a switch is about: `global`, `profile:` and a profile's id, `symbol:` and a symbol. */
export const CONTROL_SCOPE_PATTERN = new RegExp(
  `^(global|profile:${bodyOf(PROFILE_ID_PATTERN)}|symbol:${bodyOf(SYMBOL_PATTERN)})$`,
);
const SCOPE_CHARS_MAX = 40;
const EPOCH_MAX = Number.MAX_SAFE_INTEGER;
/** Scopes other than the global one that may be restricted at once. */
export const SCOPED_CONTROLS_MAX = 100;

const scopeField = (description: string, options: { optional?: boolean; example?: string } = {}): PropertyDecorator =>
  TextField({ description, lengthMax: SCOPE_CHARS_MAX, pattern: CONTROL_SCOPE_PATTERN, ...options });

export class ControlsChangedV1 {
  @WordField(CONTROL_MODES, { description: 'What is allowed from now on.' })
  mode!: ControlMode;
  @TextField({ description: 'Why.', lengthMax: 200 })
  reason!: string;
  @TextField({ description: 'Who decided.', lengthMax: 64 })
  actor!: string;
  @CountField({ description: 'Rises with every change of any scope.', min: 1, max: EPOCH_MAX })
  epoch!: number;
  @scopeField('For what; everything where it is absent.', { optional: true })
  scope?: string;
  @FlagField({ description: 'Whether the open orders that it no longer allows are cancelled.', optional: true })
  cancelOpenOrders?: boolean;
}

export class ControlsEnforcedV1 {
  @scopeField('For what.')
  scope!: string;
  @WordField(CONTROL_MODES, { description: 'What is allowed.' })
  mode!: ControlMode;
  @CountField({ description: 'Of the change.', min: 1, max: EPOCH_MAX })
  epoch!: number;
  @CountField({
    description: 'Milliseconds from the change until nothing older could still reach the broker.',
    min: 0,
    max: EPOCH_MAX,
  })
  tookMs!: number;
}

export const controlsChanged = declareEvent(
  'orders',
  'controls.changed.v1',
  ControlsChangedV1,
  'The kill switch was moved.',
);
export const controlsEnforced = declareEvent(
  'orders',
  'controls.enforced.v1',
  ControlsEnforcedV1,
  'No replica can call the broker any more under what held before the change, and no such call is under way.',
);

export class ChangeControlsRequest {
  @WordField(CONTROL_MODES, { description: 'What is to be allowed.', example: 'halted' })
  mode!: ControlMode;
  @TextField({ description: 'Why; kept for ever.', lengthMax: 200, example: 'broker outage' })
  reason!: string;
  @scopeField('For what: `global` (the default), `profile:` and its id, `symbol:` and its name.', {
    optional: true,
    example: 'symbol:AAPL',
  })
  scope?: string;
  @FlagField({
    description:
      'Cancel the open orders of the scope that the mode no longer allows: all when halted, entries when reduce-only.',
    optional: true,
  })
  cancelOpenOrders?: boolean;
}

/** The switch of one profile or one symbol. */
export class ScopedControlView {
  @scopeField('For what.')
  scope!: string;
  @WordField(CONTROL_MODES, { description: 'What is allowed.' })
  mode!: ControlMode;
  @TextField({ description: 'Why.', lengthMax: 200 })
  reason!: string;
  @TextField({ description: 'Who decided.', lengthMax: 64 })
  actor!: string;
  @CountField({ description: 'Of the change.', min: 1, max: EPOCH_MAX })
  epoch!: number;
  @InstantField({ description: 'When it was changed.' })
  changedAt!: string;
}

/** Until when the kill switch is known to hold everywhere. */
export class EnforcementView {
  @CountField({ description: 'Every change up to this epoch holds at every replica.', min: 1, max: EPOCH_MAX })
  epoch!: number;
  @InstantField({ description: 'When that was certain.' })
  at!: string;
  @CountField({ description: 'Milliseconds that it took since the change.', min: 0, max: EPOCH_MAX })
  tookMs!: number;
}

export class ControlsView {
  @WordField(CONTROL_MODES, { description: 'What is allowed everywhere.' })
  mode!: ControlMode;
  @TextField({ description: 'Why.', lengthMax: 200, lengthMin: 0 })
  reason!: string;
  @TextField({ description: 'Who decided.', lengthMax: 64, lengthMin: 0 })
  actor!: string;
  @CountField({ description: 'Rises with every change of any scope; 0 before the first.', min: 0, max: EPOCH_MAX })
  epoch!: number;
  @InstantField({ description: 'When the global switch was changed; absent before the first change.', optional: true })
  changedAt?: string;
  @ListField(() => ScopedControlView, {
    description: 'Profiles and symbols for which less is allowed.',
    itemsMax: SCOPED_CONTROLS_MAX,
  })
  scopes!: ScopedControlView[];
  @NestedField(() => EnforcementView, {
    description: 'The latest change that is known to hold everywhere; absent before the first.',
    optional: true,
  })
  enforced?: EnforcementView;
}
