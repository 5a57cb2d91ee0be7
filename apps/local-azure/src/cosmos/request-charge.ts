const KB_BYTES = 1024;

/** Published charges of a point read and of a write, by item size in KB; in between they are interpolated. */
const PUBLISHED: readonly (readonly [sizeKb: number, read: number, write: number])[] = [
  [1, 1.0, 4.95],
  [2, 1.04, 6.29],
  [4, 1.14, 6.67],
  [8, 1.33, 7.04],
  [16, 1.67, 9.52],
  [32, 2.19, 11.23],
  [64, 4.76, 22.67],
  [128, 9.95, 48.19],
  [256, 20.28, 98.29],
  [512, 40.95, 184.57],
  [1024, 145.9, 625.0],
  [2048, 291.8, 1250.0],
];
/** A read that found nothing, was answered 304, or failed. */
export const NOTHING_READ_RU = 1;
/** Metadata is not billed; the header must be above zero. */
export const METADATA_RU = 1;
/** Replacing an item costs two inserts of the same item: the old version is taken out of the indexes as well. */
const REPLACE_FACTOR = 2;
/** Each indexed value of an item; an estimate, which brings a small item with four of them to the published 5.5. */
const INDEXED_VALUE_RU = 0.14;
const QUERY_BASE_RU = 2.5;
const QUERY_RESULT_KB_RU = 1;
const QUERY_EXAMINED_ROW_RU = 0.02;

/** RU of one point read of `bytes`. */
export const readCharge = (bytes: number): number => interpolated(bytes, 1);

/** RU of inserting or deleting an item of `bytes` with that many indexed values. */
export const insertCharge = (bytes: number, indexedValues: number): number =>
  hundredths(interpolated(bytes, 2) + indexedValues * INDEXED_VALUE_RU);

/** RU of replacing an item by one of `bytes`. */
export const replaceCharge = (bytes: number, indexedValues: number): number =>
  hundredths(REPLACE_FACTOR * insertCharge(bytes, indexedValues));

/** RU of one page of a query that looked at that many rows and answers with that many bytes. */
export const queryCharge = (examinedRows: number, resultBytes: number): number =>
  hundredths(QUERY_BASE_RU + (resultBytes / KB_BYTES) * QUERY_RESULT_KB_RU + examinedRows * QUERY_EXAMINED_ROW_RU);

/** RU of one page of the change feed: 1 per KB, at least 1. */
export const changeFeedCharge = (bytes: number): number => hundredths(Math.max(NOTHING_READ_RU, bytes / KB_BYTES));

function interpolated(bytes: number, column: 1 | 2): number {
  const sizeKb = bytes / KB_BYTES;
  const upper = PUBLISHED.findIndex(([size]) => size >= sizeKb);
  if (upper === 0) return PUBLISHED[0]![column];
  const to = upper === -1 ? PUBLISHED.at(-1)! : PUBLISHED[upper]!;
  const from = upper === -1 ? PUBLISHED.at(-2)! : PUBLISHED[upper - 1]!;
  const part = (sizeKb - from[0]) / (to[0] - from[0]);
  return hundredths(from[column] + part * (to[column] - from[column]));
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
