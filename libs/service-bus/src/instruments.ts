import { metrics } from '@opentelemetry/api';
import type { Attributes, Histogram } from '@opentelemetry/api';

const METER = 'ballast';
/** Upper bounds of the histograms' buckets, in seconds: from what is in memory to what has failed. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How long something takes. */
export interface Duration {
  record(seconds: number, attributes: Attributes): void;
}

/** A histogram in seconds, by the name of OpenTelemetry; records nothing in a process without telemetry. */
export function durationOf(name: string, description: string): Duration {
  let histogram: Histogram | undefined;
  return {
    record: (seconds, attributes) => {
      // Not before: the meter there is when this module is loaded would record nothing for ever.
      histogram ??= metrics
        .getMeter(METER)
        .createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS_BUCKETS } });
      histogram.record(seconds, attributes);
    },
  };
}

/** A figure that is read whenever metrics are collected. */
export function observe(
  name: string,
  { description, unit, attributes = {} }: { description: string; unit: string; attributes?: Attributes },
  read: () => number,
): void {
  const gauge = metrics.getMeter(METER).createObservableGauge(name, { description, unit });
  gauge.addCallback((result) => result.observe(read(), attributes));
}

/** Counts one more of something that should be rare. */
export function countOne(name: string, description: string, attributes: Attributes = {}): void {
  metrics.getMeter(METER).createCounter(name, { description }).add(1, attributes);
}
