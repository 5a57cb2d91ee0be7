import { resolved } from './openapi.js';
import type { ApiDocument, Schema } from './openapi.js';

/** Where two schemas are compared. */
export interface Comparison {
  readonly versions: { readonly published: ApiDocument; readonly current: ApiDocument };
  /** A request must still be taken; an answer must still hold what it promised. */
  readonly direction: 'request' | 'answer';
  /** JSON pointer into the body, or the parameter. */
  readonly at: string;
}

/** Schemas within each other that are looked at, at most; a schema that contains itself ends here. */
const DEPTH_MAX = 12;
const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const;
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const;

/** What breaks for callers between two versions of a schema. */
export function schemaBreaks(old: Schema, now: Schema, comparison: Comparison, depth = 0): string[] {
  if (depth > DEPTH_MAX) return [];
  const before = resolved(old, comparison.versions.published);
  const after = resolved(now, comparison.versions.current);
  const own = comparison.direction === 'request' ? narrowed(before, after) : widened(before, after);
  return [
    ...own.map((words) => `${comparison.at === '' ? 'the body' : comparison.at} ${words}`),
    ...fieldBreaks(before, after, comparison),
    ...innerBreaks(before, after, comparison, depth + 1),
  ];
}

const typesOf = ({ type }: Schema): readonly string[] => (type === undefined ? [] : [type].flat());

/** How the schema refuses what it took. */
function narrowed(before: Schema, after: Schema): string[] {
  const types = typesOf(before).filter((type) => typesOf(after).length > 0 && !typesOf(after).includes(type));
  const words =
    after.enum === undefined ? [] : (before.enum ?? ['other words']).filter((w) => !after.enum?.includes(w));
  const isStricter = (key: keyof Schema, sign: 1 | -1): boolean => {
    const [was, is] = [before[key] as number | undefined, after[key] as number | undefined];
    return is !== undefined && (was === undefined || (is - was) * sign > 0);
  };
  return [
    ...types.map((type) => `may not be of the type ${type} any more`),
    ...words.map((word) => `may not be ${String(word)} any more`),
    ...(after.pattern !== undefined && after.pattern !== before.pattern ? [`must match ${after.pattern}`] : []),
    ...LOWER_BOUNDS.filter((key) => isStricter(key, 1)).map((key) => `has a ${key} of ${after[key]}`),
    ...UPPER_BOUNDS.filter((key) => isStricter(key, -1)).map((key) => `has a ${key} of ${after[key]}`),
  ];
}

/** How the schema promises less. */
function widened(before: Schema, after: Schema): string[] {
  if (typesOf(before).length === 0) return [];
  const types = typesOf(after).filter((type) => !typesOf(before).includes(type));
  return types.map((type) => `may be of the type ${type}`);
}

function fieldBreaks(before: Schema, after: Schema, { direction, at }: Comparison): string[] {
  if (before.properties === undefined) return [];
  const fields = Object.keys(before.properties);
  const gone = fields.filter((name) => after.properties?.[name] === undefined);
  const [strict, loose] = direction === 'request' ? [after, before] : [before, after];
  const required = (strict.required ?? []).filter((name) => !gone.includes(name) && !loose.required?.includes(name));
  return [
    ...gone.map((name) => `the field ${at}/${name} is gone`),
    ...required.map((name) => `the field ${at}/${name} is ${direction === 'request' ? 'required' : 'optional'}`),
  ];
}

function innerBreaks(before: Schema, after: Schema, comparison: Comparison, depth: number): string[] {
  const inner = (old: Schema | undefined, now: Schema | undefined, name: string): string[] =>
    old === undefined || now === undefined
      ? []
      : schemaBreaks(old, now, { ...comparison, at: `${comparison.at}/${name}` }, depth);
  return [
    ...Object.entries(before.properties ?? {}).flatMap(([name, old]) => inner(old, after.properties?.[name], name)),
    ...inner(before.items, after.items, '*'),
  ];
}
