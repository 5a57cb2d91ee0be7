import fc from 'fast-check';
import { someEvent } from '../../test/events.js';
import { append } from './chain.js';
import type { AuditRecord } from './chain.js';
import { asItHappened, exitsIn } from './story.js';

const AT = Date.UTC(2026, 10, 20, 12);
const at = (ms: number): string => new Date(AT + ms).toISOString();
/** As they were recorded: in this order, whatever their times say. */
const recorded = (...events: Parameters<typeof someEvent>[]): AuditRecord[] =>
  append(
    undefined,
    { chainId: '_system', recordedAt: at(0) },
    events.map((given) => someEvent(...given)),
  ).records;
const ids = (records: readonly AuditRecord[]): string[] => records.map(({ id }) => id);

describe('a story', () => {
  it('is told by time, not by the order in which its events were heard', () => {
    const told = asItHappened(
      recorded(
        [1, { id: 'held', source: '/ledger', time: at(2) }],
        [2, { id: 'submitted', time: at(3) }],
        [1, { id: 'placed', time: at(1) }],
      ),
    );
    expect(ids(told)).toEqual(['placed', 'held', 'submitted']);
  });

  it('tells nothing before its cause, however late the clock of the cause is', () => {
    const told = asItHappened(
      recorded(
        [1, { id: 'placed', time: at(5_000) }],
        [1, { id: 'held', source: '/ledger', time: at(2), causationid: 'placed' }],
        [2, { id: 'submitted', time: at(5_001), causationid: 'held' }],
      ),
    );
    expect(ids(told)).toEqual(['placed', 'held', 'submitted']);
  });

  it('keeps the sequence of a topic where two replicas or two events of one commit say the same time or another', () => {
    const told = asItHappened(
      recorded(
        [3, { id: 'third', time: at(1) }],
        [1, { id: 'first', time: at(2) }],
        [2, { id: 'second', time: at(2) }],
      ),
    );
    expect(ids(told)).toEqual(['first', 'second', 'third']);
  });

  it('is the same in whatever order its events were heard, and lacks none of them', () => {
    const events = [
      [1, { id: 'placed', time: at(40) }],
      [1, { id: 'held', source: '/ledger', time: at(10), causationid: 'placed' }],
      [2, { id: 'submitted', time: at(20), causationid: 'held' }],
      [3, { id: 'executed', time: at(30), causationid: 'venue:7' }],
      [4, { id: 'exits-due', time: at(30), causationid: 'venue:7' }],
      [2, { id: 'posted', source: '/ledger', time: at(25), causationid: 'executed' }],
    ] as Parameters<typeof someEvent>[];
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (heard) => {
        expect(ids(asItHappened(recorded(...heard)))).toEqual([
          'placed',
          'held',
          'submitted',
          'executed',
          'posted',
          'exits-due',
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it('ends where events name each other as their causes', () => {
    const told = asItHappened(
      recorded([1, { id: 'a', causationid: 'b' }], [1, { id: 'b', source: '/ledger', causationid: 'a' }]),
    );
    expect(ids(told).sort()).toEqual(['a', 'b']);
  });

  it('names the exits of its fills', () => {
    const due = (n: number, exitOrderId: unknown): Parameters<typeof someEvent> => [n, { data: { exitOrderId } }];
    expect(exitsIn(recorded(due(1, 'ord_1'), [2], due(3, 'ord_2'), due(4, 7)))).toEqual(['ord_1', 'ord_2']);
  });
});
