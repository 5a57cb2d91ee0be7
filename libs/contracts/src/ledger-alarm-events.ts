import { TextField, UnitsField, WordField } from './fields.js';
import { LedgerReference, ledgerEvent } from './ledger-events.js';

/** What a monitor can watch: it is beyond its threshold when `available` is below it, the others when above. */
export const MONITOR_MEASURES = ['available', 'shortfall', 'drawdown'] as const;
export type MonitorMeasure = (typeof MONITOR_MEASURES)[number];

/** Which way a threshold was crossed; the two alternate for one monitor. */
export const CROSSINGS = ['breached', 'recovered'] as const;
export type Crossing = (typeof CROSSINGS)[number];

/** How a profile calls one of its monitors. */
export const MONITOR_ID_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;
const MONITOR_ID_CHARS_MAX = 32;

export class ShortfallChangedV1 extends LedgerReference {
  @UnitsField({ description: 'What the broker took beyond what was available, after the change.' })
  shortfallUnits!: string;
}

class MonitorReference extends LedgerReference {
  @TextField({ description: 'The monitor.', lengthMax: MONITOR_ID_CHARS_MAX, pattern: MONITOR_ID_PATTERN })
  monitorId!: string;
}

export class ThresholdCrossedV1 extends MonitorReference {
  @WordField(MONITOR_MEASURES, { description: 'What it watches.' })
  measure!: MonitorMeasure;
  @WordField(CROSSINGS, { description: 'Which way.' })
  crossing!: Crossing;
  @UnitsField({ description: 'The threshold.' })
  thresholdUnits!: string;
  @UnitsField({ description: 'The value that crossed it.' })
  valueUnits!: string;
}

export class MonitorSetV1 extends MonitorReference {
  @WordField(MONITOR_MEASURES, { description: 'What it watches.' })
  measure!: MonitorMeasure;
  @UnitsField({ description: 'The threshold.' })
  thresholdUnits!: string;
  @UnitsField({ description: 'How far back across the threshold the value must come to be recovered.' })
  hysteresisUnits!: string;
  @TextField({ description: 'The user who did it.', lengthMax: 64 })
  actor!: string;
}

export class MonitorRemovedV1 extends MonitorReference {
  @TextField({ description: 'The user who did it.', lengthMax: 64 })
  actor!: string;
}

export const shortfallOpened = ledgerEvent(
  'capital.shortfall-opened.v1',
  ShortfallChangedV1,
  'The broker took more than was available; the profile may only reduce.',
);
export const shortfallCleared = ledgerEvent(
  'capital.shortfall-cleared.v1',
  ShortfallChangedV1,
  'The shortfall is repaid; the profile may trade as before.',
);
export const thresholdCrossed = ledgerEvent(
  'capital.threshold-crossed.v1',
  ThresholdCrossedV1,
  'What a monitor watches went beyond its threshold, or came back.',
);
export const monitorSet = ledgerEvent('capital.monitor-set.v1', MonitorSetV1, 'A monitor watches from now on.');
export const monitorRemoved = ledgerEvent(
  'capital.monitor-removed.v1',
  MonitorRemovedV1,
  'A monitor watches no longer.',
);
