import { DecimalField, ListField, TextField, WordField } from './fields.js';
import { MONITOR_ID_PATTERN, MONITOR_MEASURES } from './ledger-alarm-events.js';
import type { MonitorMeasure } from './ledger-alarm-events.js';

/** Monitors that one profile may have. */
export const MONITORS_MAX = 10;

/** Whether a monitor's value is beyond its threshold. */
export const MONITOR_STATES = ['armed', 'breached'] as const;
export type MonitorState = (typeof MONITOR_STATES)[number];

export class SetMonitorRequest {
  @WordField(MONITOR_MEASURES, {
    description:
      'What it watches: `available` (beyond when below the threshold), `shortfall` or `drawdown` (beyond when above).',
    example: 'available',
  })
  measure!: MonitorMeasure;
  @DecimalField({ description: 'The threshold, in whole cents.', example: '1000.00' })
  threshold!: string;
  @DecimalField({
    description: 'How far back across the threshold the value must come to be recovered, in whole cents; 0 by default.',
    optional: true,
    example: '100.00',
  })
  hysteresis?: string;
}

export class MonitorView {
  @TextField({ description: 'Its name.', lengthMax: 32, pattern: MONITOR_ID_PATTERN })
  id!: string;
  @WordField(MONITOR_MEASURES, { description: 'What it watches.' })
  measure!: MonitorMeasure;
  @DecimalField({ description: 'The threshold.' })
  threshold!: string;
  @DecimalField({ description: 'How far back the value must come.' })
  hysteresis!: string;
  @WordField(MONITOR_STATES, { description: 'Whether the value is beyond the threshold.' })
  state!: MonitorState;
  @DecimalField({ description: 'The value now.' })
  value!: string;
}

export class MonitorList {
  @ListField(() => MonitorView, { description: 'By name.', itemsMax: MONITORS_MAX })
  items!: MonitorView[];
}
