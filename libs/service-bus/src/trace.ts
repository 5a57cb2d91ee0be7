import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** Trace and correlation of what is being handled now. */
export interface Trace {
  /** Id of the request that everything in this story goes back to. */
  readonly correlationId: string;
  /** Id of the event or request that is being handled. */
  readonly causationId?: string;
  /** W3C trace context of the handling itself. */
  readonly traceparent?: string;
}

const traces = new AsyncLocalStorage<Trace>();

/** Runs `work` so that `currentTrace()` returns `trace` in it and in everything it starts. */
export function runInTrace<T>(trace: Trace, work: () => T): T {
  return traces.run(trace, work);
}

/** The trace of the request or event that is being handled, or undefined outside of one. */
export function currentTrace(): Trace | undefined {
  return traces.getStore();
}

/** A sampled W3C `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header) that begins a new trace. */
export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-01`;
}

/** A `traceparent` with a new span in the parent's trace and with its flags; a new trace where the parent is absent or invalid. */
export function childTraceparent(parent: string | undefined): string {
  const parsed = parseTraceparent(parent);
  return parsed === undefined ? newTraceparent() : `00-${parsed.traceId}-${randomHex(8)}-${parsed.flags}`;
}

/** The parts of a `traceparent`, each in hex; undefined where it is absent or invalid. */
export function parseTraceparent(
  traceparent: string | undefined,
): { traceId: string; spanId: string; flags: string } | undefined {
  const [, traceId, spanId, flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, flags };
}

/** Any version but `ff`; what a later version adds at the end is ignored, as the standard demands. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

/** All zeros is the standard's mark for "no id". */
function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

/** Random bytes that are drawn at once, since a draw costs far more than what is drawn. */
const DRAWN_BYTES = 2_048;
let drawn = '';
let used = 0;

/** So many random bytes in hex; never all zeros. */
function randomHex(bytes: number): string {
  if (used + bytes * 2 > drawn.length) {
    drawn = randomBytes(DRAWN_BYTES).toString('hex');
    used = 0;
  }
  const hex = drawn.slice(used, used + bytes * 2);
  used += bytes * 2;
  return isZero(hex) ? randomHex(bytes) : hex;
}
