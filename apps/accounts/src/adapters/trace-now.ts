import { newRequestId } from '@ballast/contracts';
import { currentTrace, newTraceparent } from '@ballast/service-bus';
import type { Trace } from '@ballast/service-bus';
import type { Clock } from '@ballast/service-host';
import type { Occasion } from '../domain/user.js';

/** The trace of the request in hand, or a new one for what the service does by itself. */
export function traceNow(clock: Clock): Trace {
  return currentTrace() ?? { correlationId: newRequestId(clock.now()), traceparent: newTraceparent() };
}

/** This moment and the trace of what happens in it. */
export function occasionNow(clock: Clock): Occasion {
  return { time: clock.iso(), trace: traceNow(clock) };
}
