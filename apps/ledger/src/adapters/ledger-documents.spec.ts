import * as fc from 'fast-check';
import { emptyAccount } from '../domain/account.js';
import { evolveHold } from '../domain/hold.js';
import type { Hold } from '../domain/hold.js';
import { holdDocument, holdOf, holdsWith, liveHoldOf } from './hold-documents.js';
import { accountDocument } from './ledger-documents.js';
import type { AccountDocument } from './ledger-documents.js';

const AT = '2026-11-02T10:00:00.000Z';

/** A hold of which executions used parts, in some order and not all of them, and whose end may be known. */
const heldHold: fc.Arbitrary<Hold> = fc
  .record({
    units: fc.bigInt({ min: 0n, max: 10n ** 18n }),
    numbers: fc.uniqueArray(fc.integer({ min: 1, max: 8 })),
    usedUnits: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    executions: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
  })
  .map(({ units, numbers, usedUnits, executions }) => {
    const used = numbers.reduce(
      (hold, number) => {
        const part = usedUnits < hold.remaining ? usedUnits : hold.remaining;
        return evolveHold('ord_1', hold, { kind: 'execution-posted', number, usedUnits: part });
      },
      evolveHold('ord_1', undefined, { kind: 'held', units }),
    );
    return executions === undefined ? used : evolveHold('ord_1', used, { kind: 'end-noted', executions });
  });

const accountWith = (holds: AccountDocument['holds']): AccountDocument =>
  JSON.parse(
    JSON.stringify(accountDocument({ ...emptyAccount('prf_1', 'usr_1', 'USD'), updatedAt: AT }, holds)),
  ) as unknown as AccountDocument;

describe('a hold in its account', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(heldHold, (hold) => {
        expect(liveHoldOf(accountWith(holdsWith({}, hold)), 'ord_1')).toEqual(hold);
      }),
    );
  });

  it('says no more than its units while nothing has happened to it', () => {
    const held = evolveHold('ord_1', undefined, { kind: 'held', units: 100n });
    expect(holdsWith({}, held)).toEqual({ ord_1: { units: '100' } });
  });

  it('leaves the account when it is resolved, and the others stay', () => {
    const held = evolveHold('ord_1', undefined, { kind: 'held', units: 100n });
    const others = holdsWith({}, { ...held, orderId: 'ord_2' });
    const resolved = evolveHold('ord_1', held, { kind: 'released' });
    expect(holdsWith(holdsWith(others, held), resolved)).toEqual(others);
    expect(holdOf(holdDocument('prf_1', resolved))).toEqual(resolved);
  });

  it('is not found under a name that every object has', () => {
    expect(liveHoldOf(accountWith({}), 'constructor')).toBeUndefined();
  });
});
