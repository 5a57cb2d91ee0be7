import { newRequestId } from '@ballast/contracts';
import { currentTrace, newTraceparent } from '@ballast/service-bus';
import type { Trace } from '@ballast/service-bus';
import type { Clock } from '@ballast/service-host';

/** The trace of the request in hand, or a new one for what the service does by itself. */
export function traceNow(clock: Clock): Trace {
  return currentTrace() ?? { correlationId: newRequestId(clock.now()), traceparent: newTraceparent() };
}
