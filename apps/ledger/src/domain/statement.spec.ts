import type { StatementLineView } from '@ballast/contracts/ledger';
import { accountWith, postingOf } from '../testing/given-account.js';
import { STATEMENT_CSV_HEAD, balancesCsv, lineCsv, statementLine } from './statement.js';

const LINE: StatementLineView = statementLine(postingOf(accountWith({}), 'deposit', 1_250n).posting.content());
const columnsOf = (row: string): string[] => row.trimEnd().split(',');

describe('a line of a statement', () => {
  it('says what a posting changed, and when', () => {
    expect(LINE).toMatchObject({ number: 1, kind: 'deposit', postingId: 'posting:deposit', traded: [] });
    expect(LINE.occurredAt).toBe(LINE.bookedAt);
    expect(LINE.change).toMatchObject({ allocated: '12.50', available: '12.50', fees: '0.00' });
  });

  it.each([
    [{ orderId: 'ord_1', transferId: 'trf_1' }, 'ord_1'],
    [{ transferId: 'trf_1', reverses: 'posting:1' }, 'trf_1'],
    [{ reverses: 'posting:1' }, 'posting:1'],
    [{}, undefined],
  ])('names what it belongs to: %p', (story, reference) => {
    const posting = { ...postingOf(accountWith({}), 'deposit', 1n).posting.content(), ...story };
    expect(statementLine(posting).reference).toBe(reference);
  });

  it('says what was traded', () => {
    const posting = postingOf(accountWith({}), 'deposit', 1n).posting.content();
    const assetLegs = { AAPL: { position: '-1500000000000000000', market: '1500000000000000000' } };
    expect(statementLine({ ...posting, assetLegs }).traded).toEqual([{ asset: 'AAPL', quantity: '-1.5' }]);
  });
});

describe('a statement as CSV', () => {
  it('has as many columns in each line, amounts in the same ones', () => {
    const head = columnsOf(STATEMENT_CSV_HEAD);
    const [line, opening] = [columnsOf(lineCsv(LINE)), columnsOf(balancesCsv('opening', LINE.bookedAt, LINE.change))];
    expect([line.length, opening.length]).toEqual([head.length, head.length]);
    for (const name of ['allocated', 'available'] as const) {
      expect([line[head.indexOf(name)], opening[head.indexOf(name)]]).toEqual(['12.50', '12.50']);
    }
    expect([line[0], opening[0]]).toEqual(['deposit', 'opening']);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@cmd', "'@cmd"],
    ['\tx', "'\tx"],
    ['\rx', `"'\rx"`],
    ['a "b"', '"a ""b"""'],
    ['a,b', '"a,b"'],
    ['a\nb', '"a\nb"'],
    ['=a,b', `"'=a,b"`],
    ['plain', 'plain'],
  ])('keeps a reason a text: %p', (reason, written) => {
    expect(lineCsv({ ...LINE, reason })).toContain(`,${written},12.50,`);
  });

  it('leaves amounts below zero the numbers that they are', () => {
    expect(lineCsv({ ...LINE, change: { ...LINE.change, fees: '-0.03' } })).toContain(',-0.03,');
  });
});
