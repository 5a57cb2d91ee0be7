import type { SqlChange, SqlValue } from './sqlite.js';

/**
 * Changes as one text, of each the number of its values, its statement and its values; undefined when one of them has a value that would
 * not be the same when it is read. A value begins with its length and a colon, or is `-` for null, or a number between `#` and `;`: as
 * JSON, the documents in it, which are JSON themselves, would have to be escaped, which takes three times as long.
 */
export function textOf(changes: readonly SqlChange[]): string | undefined {
  let text = '';
  for (const [sql, params] of changes) {
    if (!params.every(isReadable)) return undefined;
    text += `#${params.length};${sql.length}:${sql}`;
    for (const value of params) text += textOfValue(value as string | number | null);
  }
  return text;
}

/** The changes that a text was made of, or that were written as JSON, as journals of earlier versions have them. */
export function changesIn(text: string): SqlChange[] {
  if (text.startsWith('[')) return JSON.parse(text) as SqlChange[];
  const values = valuesIn(text);
  const next = <Value extends SqlValue>(): Value => values.next().value as Value;
  const changes: SqlChange[] = [];
  for (let count = next<number>(); count !== undefined; count = next<number>()) {
    changes.push([next<string>(), Array.from({ length: count }, () => next())]);
  }
  return changes;
}

const isReadable = (value: SqlValue): boolean =>
  typeof value === 'string' || value === null || (Number.isFinite(value) && !Object.is(value, -0));

function textOfValue(value: string | number | null): string {
  if (value === null) return '-';
  return typeof value === 'number' ? `#${value};` : `${value.length}:${value}`;
}

function* valuesIn(text: string): Generator<string | number | null, undefined> {
  for (let at = 0; at < text.length;) {
    if (text[at] === '-') {
      yield null;
      at += 1;
    } else if (text[at] === '#') {
      const end = text.indexOf(';', at);
      yield Number(text.slice(at + 1, end));
      at = end + 1;
    } else {
      const start = text.indexOf(':', at) + 1;
      const length = Number(text.slice(at, start - 1));
      yield text.slice(start, start + length);
      at = start + length;
    }
  }
  return undefined;
}
