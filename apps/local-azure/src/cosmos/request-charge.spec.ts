import { changeFeedCharge, insertCharge, queryCharge, readCharge, replaceCharge } from './request-charge.js';

const KB = 1024;

describe('the request charge', () => {
  it.each([
    ['a point read of 1 KB', readCharge(KB), 1],
    ['a point read of 100 bytes', readCharge(100), 1],
    ['a point read of 128 KB', readCharge(128 * KB), 9.95],
    ['a point read half-way between 64 and 128 KB', readCharge(96 * KB), 7.36],
    ['inserting 1 KB without indexed values', insertCharge(KB, 0), 4.95],
    ['inserting 1 KB with four indexed values', insertCharge(KB, 4), 5.51],
    ['replacing by 1 KB with four indexed values', replaceCharge(KB, 4), 11.02],
    ['inserting 2 MB', insertCharge(2048 * KB, 0), 1250],
    ['a query that finds nothing', queryCharge(0, 0), 2.5],
    ['a query for ten items of 1 KB', queryCharge(10, 10 * KB), 12.7],
    ['a change-feed page of 8 KB', changeFeedCharge(8 * KB), 8],
    ['an empty change-feed read', changeFeedCharge(0), 1],
  ])('of %s', (_, charge, expected) => {
    expect(charge).toBeCloseTo(expected, 2);
  });
});
