import { setTimeout as delay } from 'node:timers/promises';
import type { Faults, FaultTarget } from '../domain/faults.js';
import { assetOf } from '../domain/asset.js';
import type { Call, Gate } from './http-server.js';

const RATE_LIMITED = 42910000;
const SERVER_ERROR = 50010000;

/** The gate of the operations: it makes callers wait, turns them away for their rate, or fails, as the faults say. */
export function faultGate(faults: Faults): Gate {
  return async (operation, call) => {
    const hit = { ...targetOf(call), operation };
    const slow = faults.take('latency', hit);
    if (slow) await delay(slow.delayMs, undefined, { ref: false });
    const limit = faults.take('rate-limit', hit);
    if (limit) {
      const headers = { 'retry-after': String(limit.retryAfterS) };
      return { status: limit.status, json: { code: RATE_LIMITED, message: 'too many requests.' }, headers };
    }
    const error = faults.take('server-error', hit);
    return error && { status: error.status, json: { code: SERVER_ERROR, message: 'internal server error occurred' } };
  };
}

/** What an operation is about, where its body says so. */
function targetOf({ body }: Call): FaultTarget {
  if (typeof body !== 'object' || body === null) return {};
  const { symbol, client_order_id } = body as Record<string, unknown>;
  return {
    symbol: typeof symbol === 'string' ? (assetOf(symbol)?.symbol ?? symbol) : undefined,
    clientOrderId: typeof client_order_id === 'string' ? client_order_id : undefined,
  };
}
