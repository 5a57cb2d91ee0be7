import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAggregate } from '../aggregates.js';
import { isFunction } from './function-table.js';

/** The public reference's lists of functions: learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions and /aggregate-functions. */
const REFERENCE: Readonly<Record<string, string>> = {
  array: `ARRAY_AVG ARRAY_CONCAT ARRAY_CONTAINS ARRAY_CONTAINS_ALL ARRAY_CONTAINS_ANY ARRAY_LENGTH ARRAY_MAX ARRAY_MEDIAN ARRAY_MIN
    ARRAY_SLICE ARRAY_SUM CHOOSE OBJECTTOARRAY SETDIFFERENCE SETEQUAL SETINTERSECT SETUNION`,
  conditional: 'IIF',
  'date and time': `AGO DATETIMEADD DATETIMEBIN DATETIMEDIFF DATETIMEFORMAT DATETIMEFROMPARTS DATETIMEPART DATETIMETOTICKS
    DATETIMETOTIMESTAMP DAY GETCURRENTDATETIME GETCURRENTDATETIMESTATIC GETCURRENTTICKS GETCURRENTTICKSSTATIC GETCURRENTTIMESTAMP
    GETCURRENTTIMESTAMPSTATIC MONTH NOW TICKSTODATETIME TIMESTAMPTODATETIME YEAR`,
  item: 'DOCUMENTID',
  mathematical: `ABS ACOS ASIN ATAN ATN2 CEILING COS COT DEGREES EXP FLOOR INTADD INTBITAND INTBITLEFTSHIFT INTBITNOT INTBITOR
    INTBITRIGHTSHIFT INTBITXOR INTDIV INTMOD INTMUL INTSUB LOG LOG10 NUMBERBIN PI POWER RADIANS RAND ROUND SIGN SIN SQRT SQUARE TAN
    TRUNC`,
  string: `CONCAT CONTAINS CONTAINS_ALL_CI CONTAINS_ALL_CS CONTAINS_ANY_CI CONTAINS_ANY_CS ENDSWITH INDEX_OF LASTINDEXOF LEFT LENGTH
    LOWER LTRIM REGEXMATCH REPLACE REPLICATE REVERSE RIGHT RTRIM STARTSWITH STRINGEQUALS STRINGJOIN STRINGSPLIT STRINGTOARRAY
    STRINGTOBOOLEAN STRINGTONULL STRINGTONUMBER STRINGTOOBJECT SUBSTRING TOSTRING TRIM UPPER`,
  'type checking':
    'IS_ARRAY IS_BOOL IS_DEFINED IS_FINITE_NUMBER IS_INTEGER IS_NULL IS_NUMBER IS_OBJECT IS_PRIMITIVE IS_STRING',
  aggregate: 'AVG COUNT COUNTIF MAKELIST MAKESET MAX MIN SUM',
};

describe('the functions of the public reference', () => {
  const folders = [__dirname, join(__dirname, '..')];
  const tests = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.spec.ts') && name !== 'function-table.spec.ts')
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );

  it.each(Object.entries(REFERENCE))('%s functions are all here, each with tests of its results', (_, list) => {
    const names = list.split(/\s+/);
    expect(names.filter((name) => !isFunction(name) && !isAggregate(name))).toEqual([]);
    expect(names.filter((name) => !tests.some((text) => text.includes(`${name}(`)))).toEqual([]);
  });
});
