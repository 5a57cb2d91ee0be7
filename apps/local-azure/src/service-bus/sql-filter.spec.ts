import type { FilterSubject } from './filter-subject.js';
import { compileSqlFilter } from './sql-filter.js';
import { FilterEvaluationError } from './sql-filter-values.js';

const SYSTEM: Record<string, unknown> = { label: 'placed', messageid: 'm-1', to: null };
const PROPERTIES: Record<string, unknown> = {
  cloudEvents_type: 'order.placed.v1',
  'cloudEvents:source': "urn:o'brien",
  'odd ] name': 7,
  quantity: 3,
  price: 2.5,
  big: Buffer.from('7fffffffffffffff', 'hex'),
  live: true,
  nothing: null,
  note: '50% off_now\nnext',
  at: new Date(5),
};

const subject: FilterSubject = {
  property: (name) => PROPERTIES[Object.keys(PROPERTIES).find((key) => key.toLowerCase() === name.toLowerCase()) ?? ''],
  system: (name) => SYSTEM[name] ?? undefined,
};
const matches = (expression: string): boolean => compileSqlFilter(expression)(subject);

describe('SQL filter', () => {
  it.each([
    "cloudEvents_type IN ('order.placed.v1', 'order.ended.v1')",
    "cloudEvents_type = 'order.placed.v1'",
    "CLOUDEVENTS_TYPE = 'order.placed.v1'",
    "user.cloudEvents_type = 'order.placed.v1'",
    "[cloudEvents:source] = 'urn:o''brien'",
    '"cloudEvents:source" LIKE \'urn:%\'',
    '[odd ]] name] = 7',
    "property('quantity') = 3",
    "sys.Label = 'placed' AND sys.MessageId <> 'm-2'",
    'quantity = 3 AND price < 3 AND price > 2 AND quantity >= 3 AND quantity <= 3',
    'quantity != 4 and not quantity = 4',
    'quantity = 4 OR quantity = 3',
    'quantity = 9 AND quantity = 9 OR live = TRUE',
    'live = TRUE OR quantity = 9 AND quantity = 9',
    'NOT (quantity = 9 OR quantity = 8)',
    'quantity + 1 * 2 = 5',
    '(quantity + 1) * 2 = 8',
    'quantity % 2 = 1 AND -quantity = -3 AND 7 - 2 - 2 = quantity',
    'quantity = 0x3 AND price = 25e-1 AND price = .5 * 5',
    'big = 9223372036854775807 AND big > quantity',
    "cloudEvents_type LIKE 'order.%.v_'",
    "note LIKE '50!% off!_%' ESCAPE '!'",
    "cloudEvents_type NOT LIKE 'fill.%'",
    'EXISTS(quantity) AND EXISTS(user.nothing) AND NOT EXISTS(missing) AND EXISTS(sys.Label)',
    'missing IS NULL AND nothing IS NULL AND quantity IS NOT NULL AND sys.To IS NULL',
    "quantity NOT IN (1, 2) AND quantity IN ('3', 3)",
    'live',
  ])('matches: %s', (expression) => {
    expect(matches(expression)).toBe(true);
  });

  it.each([
    "cloudEvents_type IN ('order.ended.v1')",
    "cloudEvents_type = 'Order.Placed.V1'",
    "cloudEvents_type LIKE 'order'",
    "cloudEvents_type LIKE 'orderXplaced%'",
    'FALSE',
    'quantity',
  ])('does not match: %s', (expression) => {
    expect(matches(expression)).toBe(false);
  });

  it.each([
    'missing = 1',
    'missing <> 1',
    'NOT missing = 1',
    'missing IN (1, 2)',
    'missing NOT IN (1, 2)',
    "missing LIKE '%'",
    "NOT (missing LIKE '%')",
    'nothing = NULL',
    "quantity = '3'",
    "quantity <> '4'",
    'quantity NOT IN (1, NULL)',
    'missing + 1 = 1',
    'missing = 1 AND live',
    'missing = 1 OR FALSE',
  ])('is unknown, which is no match, whether negated or not: %s', (expression) => {
    expect(matches(expression)).toBe(false);
    expect(matches(`NOT (${expression})`)).toBe(false);
  });

  it('lets what is known decide: false AND unknown is false, true OR unknown is true', () => {
    expect(matches('NOT (missing = 1 AND FALSE)')).toBe(true);
    expect(matches('missing = 1 OR live')).toBe(true);
  });

  it.each([
    '',
    'a =',
    'a = 1 b',
    "a = 'open",
    'a IN 1',
    'a IN ()',
    '(a = 1',
    'sys.Nothing = 1',
    'a # 1',
    'AND',
    'a IS 1',
    'a NOT 1',
    '('.repeat(100) + '1' + ')'.repeat(100),
  ])('refuses what is not a filter: %s', (expression) => {
    expect(() => compileSqlFilter(expression)).toThrow(/com\.microsoft:argument-error/);
  });

  it.each(['quantity / 0 = 1', '1 % 0 = 1'])('has no result for a whole number divided by 0: %s', (expression) => {
    expect(() => matches(expression)).toThrow(FilterEvaluationError);
  });
});
