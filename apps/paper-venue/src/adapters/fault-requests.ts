import { assetOf } from '../domain/asset.js';
import type { FaultKind, FaultTarget, Operation } from '../domain/faults.js';
import { malformed, unprocessable } from '../domain/refusal.js';
import {
  isGiven,
  objectOf,
  oneOf,
  optionalPositiveOf,
  optionalTextOf,
  positiveOf,
  wholeOf,
  type Fields,
} from './fields.js';

/** A fault as it is asked for; `count` is how often it strikes, undefined until it is removed. */
export interface FaultRequest {
  fault: FaultKind & FaultTarget;
  count: number | undefined;
  /** Whether the connections to the stream are to be cut now. */
  dropsStream: boolean;
}

const FAULTS_MAX = 100;
const COUNT_MAX = 1_000_000;
const DELAY_MS_MAX = 120_000;
const RETRY_AFTER_S_MAX = 3_600;
const COPIES_MAX = 100;
const AGE_MS_MAX = 86_400_000;
const SERVER_ERROR_MIN = 500;
const SERVER_ERROR_MAX = 599;
const OPERATIONS: readonly Operation[] = [
  'submit',
  'replace',
  'cancel',
  'lookup',
  'orders',
  'activities',
  'quotes',
  'account',
];
/** The faults that stand until they are removed unless a count is given. */
const STANDING: ReadonlySet<string> = new Set(['halt', 'stale-quotes', 'partial-fills']);

/** What reads the particulars of each fault. */
const READERS: Readonly<Record<string, (fields: Fields) => FaultKind>> = {
  latency: (fields) => ({
    kind: 'latency',
    delayMs: wholeOf(fields, 'delayMs', { standard: 0, max: DELAY_MS_MAX }),
    operation: operationOf(fields),
  }),
  'rate-limit': (fields) => ({
    kind: 'rate-limit',
    status: isGiven(fields, 'status') && oneOf(fields, 'status', ['418', '429']) === '418' ? 418 : 429,
    retryAfterS: wholeOf(fields, 'retryAfterS', { standard: 1, max: RETRY_AFTER_S_MAX }),
    operation: operationOf(fields),
  }),
  'server-error': (fields) => {
    const status = wholeOf(fields, 'status', { standard: SERVER_ERROR_MIN, max: SERVER_ERROR_MAX });
    if (status < SERVER_ERROR_MIN) throw malformed(`status must be ${SERVER_ERROR_MIN} to ${SERVER_ERROR_MAX}`);
    return { kind: 'server-error', status, operation: operationOf(fields) };
  },
  reject: (fields) => ({ kind: 'reject', message: optionalTextOf(fields, 'message') ?? 'rejected on demand' }),
  'lost-answer': (fields) => ({
    kind: 'lost-answer',
    outcome: isGiven(fields, 'outcome')
      ? oneOf(fields, 'outcome', ['filled', 'open', 'rejected', 'never-arrived'] as const)
      : 'open',
    answer: isGiven(fields, 'answer') ? oneOf(fields, 'answer', ['hang', 'drop', 'error'] as const) : 'hang',
    operation: isGiven(fields, 'operation')
      ? oneOf(fields, 'operation', ['submit', 'cancel', 'replace'] as const)
      : 'submit',
  }),
  'duplicate-updates': (fields) => ({
    kind: 'duplicate-updates',
    copies: wholeOf(fields, 'copies', { standard: 1, max: COPIES_MAX }),
  }),
  'reorder-updates': () => ({ kind: 'reorder-updates' }),
  'lose-updates': () => ({ kind: 'lose-updates' }),
  'drop-stream': () => ({ kind: 'refuse-stream' }),
  'late-fill': (fields) => ({ kind: 'late-fill', quantity: optionalPositiveOf(fields, 'quantity') }),
  'partial-fills': (fields) => ({ kind: 'partial-fills', quantity: positiveOf(fields, 'quantity') }),
  halt: () => ({ kind: 'halt' }),
  'stale-quotes': (fields) => ({
    kind: 'stale-quotes',
    ageMs: wholeOf(fields, 'ageMs', { standard: 0, max: AGE_MS_MAX }),
  }),
};

/** Reads the faults that a test asks for; throws a Refusal. */
export function readFaults(body: unknown): FaultRequest[] {
  const list = objectOf(body)['faults'];
  if (!Array.isArray(list) || list.length > FAULTS_MAX)
    throw malformed(`faults must be a list of at most ${FAULTS_MAX}`);
  return list.map((item: unknown) => {
    const fields = objectOf(item);
    const kind = oneOf(fields, 'kind', Object.keys(READERS));
    const read = READERS[kind];
    if (!read) throw unprocessable(`invalid kind "${kind}"`);
    const symbol = optionalTextOf(fields, 'symbol');
    const target = {
      symbol: symbol === undefined ? undefined : (assetOf(symbol)?.symbol ?? symbol),
      clientOrderId: optionalTextOf(fields, 'clientOrderId'),
    };
    return { fault: { ...read(fields), ...target }, count: countOf(fields, kind), dropsStream: kind === 'drop-stream' };
  });
}

/** How often a fault strikes: for a dropped stream, how many connections are refused after it. */
function countOf(fields: Fields, kind: string): number | undefined {
  if (kind === 'drop-stream') return wholeOf(fields, 'count', { standard: 0, max: COUNT_MAX });
  if (!isGiven(fields, 'count')) return STANDING.has(kind) ? undefined : 1;
  return Math.max(1, wholeOf(fields, 'count', { standard: 1, max: COUNT_MAX }));
}

function operationOf(fields: Fields): Operation | undefined {
  return isGiven(fields, 'operation') ? oneOf(fields, 'operation', OPERATIONS) : undefined;
}
