import { AUDIT_TTL_SECONDS } from '@ballast/contracts';
import fc from 'fast-check';
import { someEvent } from '../../test/events.js';
import { FIRST_HASH, append, hashOf } from './chain.js';
import type { AuditRecord, ChainHead } from './chain.js';
import { UNREAD, verifyEnd, verifyNext } from './chain-verification.js';

const RECORDED_AT = '2026-01-01T00:00:00.000Z';
const NOW_MS = Date.parse(RECORDED_AT) + 1_000;

function chainOfLength(length: number): { head: ChainHead; records: AuditRecord[] } {
  const events = Array.from({ length }, (_, index) => someEvent(index + 1));
  return append(undefined, { chainId: '_system', recordedAt: RECORDED_AT }, events);
}

/** What a reader finds who sees the rows in the order of their positions. */
function findingOf(rows: readonly AuditRecord[], head: ChainHead | undefined, nowMs = NOW_MS): string | undefined {
  const inOrder = [...rows].sort((a, b) => a.position - b.position);
  const read = inOrder.reduce((so, record) => verifyNext(so, record, nowMs), UNREAD);
  return verifyEnd(read, head, nowMs).finding;
}

const replaced = (rows: readonly AuditRecord[], at: number, by: AuditRecord): AuditRecord[] =>
  rows.map((row, index) => (index === at ? by : row));

/** Length of a chain and the index of one of its records. */
const spot = fc.integer({ min: 1, max: 12 }).chain((length) => fc.tuple(fc.constant(length), fc.nat(length - 1)));

describe('a chain', () => {
  it('counts from 1 and names the hash before, across commits', () => {
    const first = append(undefined, { chainId: '_system', recordedAt: RECORDED_AT }, [someEvent(1), someEvent(2)]);
    const second = append(first.head, { chainId: '_system', recordedAt: RECORDED_AT }, [someEvent(3)]);
    const records = [...first.records, ...second.records];
    expect(records.map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(records.map(({ previousHash }) => previousHash)).toEqual([FIRST_HASH, records[0]?.hash, records[1]?.hash]);
    expect(second.head).toMatchObject({ position: 3, hash: records[2]?.hash, ttl: -1 });
    expect(findingOf(records, second.head)).toBeUndefined();
  });

  it('records an event once when it comes twice in one batch', () => {
    const { records } = append(undefined, { chainId: '_system', recordedAt: RECORDED_AT }, [
      someEvent(1),
      someEvent(1),
    ]);
    expect(records).toHaveLength(1);
  });

  it('gives the same hash whatever the order of keys', () => {
    const [record] = chainOfLength(1).records as [AuditRecord];
    const { hash } = record;
    const turned = Object.fromEntries(Object.entries(record).reverse()) as unknown as AuditRecord;
    expect(hashOf({ ...turned, data: { nested: { a: null, b: [1, 2] }, note: 'event 1', n: 1 } })).toBe(hash);
    expect(hashOf({ ...turned, data: { nested: { a: null, b: [2, 1] }, note: 'event 1', n: 1 } })).not.toBe(hash);
  });
});

describe('verification', () => {
  it('finds nothing in an untouched chain', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), (length) => {
        const { head, records } = chainOfLength(length);
        expect(findingOf(records, length === 0 ? undefined : head)).toBeUndefined();
      }),
    );
  });

  it('finds an edit of any field, at its place', () => {
    const edits: ((record: AuditRecord) => object)[] = [
      ({ data }) => ({ data: { ...(data as object), note: 'nothing happened' } }),
      () => ({ type: 'order.refused.v1' }),
      () => ({ subject: 'someone-else' }),
      () => ({ recordedAt: '2026-01-01T00:00:00.001Z' }),
      () => ({ ownerid: 'usr_other' }),
      () => ({ extra: true }),
      () => ({ hash: FIRST_HASH }),
      () => ({ previousHash: 'f'.repeat(64) }),
    ];
    fc.assert(
      fc.property(spot, fc.constantFrom(...edits), ([length, at], edit) => {
        const { head, records } = chainOfLength(length);
        const record = records[at] as AuditRecord;
        const finding = findingOf(replaced(records, at, { ...record, ...edit(record) }), head);
        expect(finding).toMatch(new RegExp(`^record ${at + 1} was changed`));
      }),
    );
  });

  it('finds an edit whose own hash was made to fit, at its place', () => {
    fc.assert(
      fc.property(spot, ([length, at]) => {
        const { head, records } = chainOfLength(length);
        const forged = { ...(records[at] as AuditRecord), data: { note: 'forged' } };
        const finding = findingOf(replaced(records, at, { ...forged, hash: hashOf(forged) }), head);
        expect(finding).toMatch(new RegExp(`^record ${at + 1} was changed`));
      }),
    );
  });

  it('finds a deleted record, at its place', () => {
    fc.assert(
      fc.property(spot, ([length, at]) => {
        const { head, records } = chainOfLength(length);
        const finding = findingOf(
          records.filter((_, index) => index !== at),
          head,
        );
        expect(finding).toBe(`record ${at + 1} is missing`);
      }),
    );
  });

  it('finds two records that changed places, at the first of them', () => {
    fc.assert(
      fc.property(spot, fc.nat(11), ([length, at], other) => {
        fc.pre(other < length && other !== at);
        const { head, records } = chainOfLength(length);
        const [a, b] = [records[at] as AuditRecord, records[other] as AuditRecord];
        const rows = records.map((row) => {
          if (row === a) return { ...row, position: b.position };
          return row === b ? { ...row, position: a.position } : row;
        });
        expect(findingOf(rows, head)).toMatch(new RegExp(`^record ${Math.min(at, other) + 1} was changed`));
      }),
    );
  });

  it('finds a record that was put in twice', () => {
    const { head, records } = chainOfLength(3);
    expect(findingOf([...records, records[1] as AuditRecord], head)).toBe('record 2 is there more than once');
  });

  it('finds a chain cut off at its end, a forged tail and a missing head', () => {
    const { head, records } = chainOfLength(5);
    const longer = append(head, { chainId: '_system', recordedAt: RECORDED_AT }, [someEvent(6)]);
    expect(findingOf(records.slice(0, 3), head)).toBe('records 4 to 5 are missing');
    expect(findingOf([...records, ...longer.records], head)).toBe('record 6 lies beyond the head of the chain');
    expect(findingOf(records, undefined)).toBe('the head of the chain is missing');
    expect(findingOf([], head)).toBe('records 1 to 5 are missing');
  });

  it('takes absence for expiry only when its time has come', () => {
    const early = append(undefined, { chainId: '_system', recordedAt: RECORDED_AT }, [someEvent(1), someEvent(2)]);
    const lateAt = new Date(Date.parse(RECORDED_AT) + 86_400_000).toISOString();
    const late = append(early.head, { chainId: '_system', recordedAt: lateAt }, [someEvent(3), someEvent(4)]);
    const overMs = Date.parse(RECORDED_AT) + AUDIT_TTL_SECONDS * 1_000;
    expect(findingOf(late.records, late.head, overMs)).toBeUndefined();
    expect(findingOf(late.records, late.head, overMs - 120_000)).toBe('records 1 to 2 are missing');
    expect(findingOf(late.records.slice(1), late.head, overMs)).toBe('records 1 to 3 are missing');
    expect(findingOf([], late.head, overMs + 86_400_000)).toBeUndefined();
  });
});
