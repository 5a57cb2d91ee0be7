import { AUDIT_TTL_SECONDS } from '@ballast/contracts';
import { FIRST_HASH, hashOf } from './chain.js';
import type { AuditRecord, ChainHead } from './chain.js';

/**
 * Milliseconds by which a record may vanish before its time by our clock: the store counts whole seconds, by its own
 * clock.
 */
const EXPIRY_EARLY_MS_MAX = 60_000;

/** What is known of a chain after the records read so far. */
export interface Verification {
  readonly records: number;
  /** The last record; absent before the first. */
  readonly last?: AuditRecord;
  /** The first thing found broken; nothing after it is judged. */
  readonly finding?: string;
}

/** Nothing read yet. */
export const UNREAD: Verification = { records: 0 };

/**
 * Judges the next record, read in the order of position. It must be unedited (its hash), follow the record before (its
 * place), and name it (its link). Records may be absent only when their time to live is over.
 */
export function verifyNext(so: Verification, record: AuditRecord, nowMs: number): Verification {
  const finding = so.finding ?? fault(so.last, record, nowMs);
  return { records: so.records + 1, last: record, ...(finding === undefined ? {} : { finding }) };
}

/** Judges the end: the last record is the one that the head names. */
export function verifyEnd(so: Verification, head: ChainHead | undefined, nowMs: number): Verification {
  const finding = so.finding ?? faultAtEnd(so.last, head, nowMs);
  return { ...so, ...(finding === undefined ? {} : { finding }) };
}

function fault(last: AuditRecord | undefined, record: AuditRecord, nowMs: number): string | undefined {
  const { position } = record;
  if (hashOf(record) !== record.hash) return `record ${position} was changed: its content does not give its hash`;
  const expected = (last?.position ?? 0) + 1;
  if (position < expected) return `record ${position} is there more than once`;
  if (position > expected) return isExpired(record.previousRecordedAt, nowMs) ? undefined : missing(expected, position);
  if (record.previousHash === (last?.hash ?? FIRST_HASH)) return undefined;
  if (last === undefined) return 'record 1 was changed: it does not begin the chain';
  return `record ${last.position} was changed: record ${position} does not name its hash`;
}

function faultAtEnd(last: AuditRecord | undefined, head: ChainHead | undefined, nowMs: number): string | undefined {
  if (head === undefined) return last === undefined ? undefined : 'the head of the chain is missing';
  const position = last?.position ?? 0;
  if (position > head.position) return `record ${head.position + 1} lies beyond the head of the chain`;
  if (position < head.position) {
    return isExpired(head.recordedAt, nowMs) ? undefined : missing(position + 1, head.position + 1);
  }
  if ((last?.hash ?? FIRST_HASH) !== head.hash) {
    return `record ${position} was changed: the head of the chain does not name its hash`;
  }
  return undefined;
}

function isExpired(recordedAt: string | undefined, nowMs: number): boolean {
  if (recordedAt === undefined) return false;
  return Date.parse(recordedAt) + AUDIT_TTL_SECONDS * 1_000 - EXPIRY_EARLY_MS_MAX <= nowMs;
}

function missing(from: number, until: number): string {
  return until - from === 1 ? `record ${from} is missing` : `records ${from} to ${until - 1} are missing`;
}
