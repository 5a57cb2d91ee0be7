import { createHash } from 'node:crypto';
import type { EventEnvelope } from '@ballast/contracts';
import { PRODUCT_ID } from '@ballast/contracts';
import { canonicalJson } from './canonical-json.js';

/** Hash before the first record of a chain. */
export const FIRST_HASH = '0'.repeat(64);
/** Id of a chain's head within its partition; event ids contain a colon, so none can meet it. */
export const HEAD_ID = 'head';

/** Where a chain stands: the last record's place, hash and time. The one document that never expires. */
export interface ChainHead {
  readonly id: typeof HEAD_ID;
  readonly productId: string;
  readonly chainId: string;
  readonly kind: 'head';
  /** Place of the last record; records are counted from 1. */
  readonly position: number;
  readonly hash: string;
  readonly recordedAt: string;
  readonly ttl: -1;
}

/** One event in its chain: the envelope without its `partitionkey`, which is the chain's id, and its place. */
export interface AuditRecord extends Omit<EventEnvelope, 'partitionkey'> {
  readonly productId: string;
  readonly chainId: string;
  readonly kind: 'record';
  readonly position: number;
  readonly recordedAt: string;
  /** When the record before was recorded, so that its expiry can be told from its deletion; absent in the first. */
  readonly previousRecordedAt?: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The chain with the events at its end, and their records. Events that come twice in `events` are recorded once. */
export function append(
  head: ChainHead | undefined,
  chain: { readonly chainId: string; readonly recordedAt: string },
  events: readonly EventEnvelope[],
): { head: ChainHead; records: AuditRecord[] } {
  const { chainId, recordedAt } = chain;
  let last = head ?? emptyChain(chainId);
  const records = [...new Map(events.map((event) => [event.id, event])).values()].map((event) => {
    const record = recordAfter(last, event, recordedAt);
    last = { ...last, position: record.position, hash: record.hash, recordedAt };
    return record;
  });
  return { head: last, records };
}

/** SHA-256, hexadecimal, over the previous hash and the canonical JSON of every other field but the hash itself. */
export function hashOf(record: Omit<AuditRecord, 'hash'> & { hash?: string }): string {
  const content = canonicalJson({ ...record, previousHash: undefined, hash: undefined });
  return createHash('sha256').update(`${record.previousHash}\n${content}`).digest('hex');
}

function emptyChain(chainId: string): ChainHead {
  return {
    id: HEAD_ID,
    productId: PRODUCT_ID,
    chainId,
    kind: 'head',
    position: 0,
    hash: FIRST_HASH,
    recordedAt: '',
    ttl: -1,
  };
}

function recordAfter(last: ChainHead, event: EventEnvelope, recordedAt: string): AuditRecord {
  const { partitionkey: chainId, ...envelope } = event;
  const record = {
    ...envelope,
    productId: last.productId,
    chainId,
    kind: 'record' as const,
    position: last.position + 1,
    recordedAt,
    ...(last.position > 0 && { previousRecordedAt: last.recordedAt }),
    previousHash: last.hash,
  };
  return { ...record, hash: hashOf(record) };
}
