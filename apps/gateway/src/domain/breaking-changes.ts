import { schemaBreaks } from './schema-breaks.js';
import { answersOf, operationsOf } from './openapi.js';
import type { Answer, ApiDocument, MediaType, Operation, Parameter, PlacedOperation } from './openapi.js';

/** The document as it was published, and as it is now. */
export interface Versions {
  readonly published: ApiDocument;
  readonly current: ApiDocument;
}

/**
 * What callers of the published API could stumble over now, one sentence each: what is gone, what is refused that was
 * taken, and what an answer does not promise any more. New routes, fields of answers, optional fields and words in an
 * answer are no break.
 */
export function breakingChanges(versions: Versions): string[] {
  const now = new Map(operationsOf(versions.current).map((placed) => [nameOf(placed), placed.operation]));
  return operationsOf(versions.published).flatMap((placed) => {
    const name = nameOf(placed);
    const operation = now.get(name);
    if (operation === undefined) return [`${name}: the route is gone`];
    return operationBreaks(placed.operation, operation, versions).map((words) => `${name}: ${words}`);
  });
}

const nameOf = ({ method, path }: PlacedOperation): string => `${method} ${path}`;

function operationBreaks(old: Operation, now: Operation, versions: Versions): string[] {
  const roles = (old['x-roles'] ?? []).filter((role) => now['x-roles']?.includes(role) !== true);
  return [
    ...(old.operationId === now.operationId ? [] : [`the operation ${old.operationId} is ${now.operationId}`]),
    ...roles.map((role) => `the role ${role} may not any more`),
    ...(isPublic(old) && !isPublic(now) ? ['it needs a token'] : []),
    ...parameterBreaks(old, now, versions),
    ...bodyBreaks(old, now, versions),
    ...answerBreaks(old, now, versions),
  ];
}

const isPublic = ({ security }: Operation): boolean => security?.length === 0;

function parameterBreaks(old: Operation, now: Operation, versions: Versions): string[] {
  const keyOf = (parameter: Parameter): string => `${parameter.in} parameter ${parameter.name}`;
  const before = new Map((old.parameters ?? []).map((parameter) => [keyOf(parameter), parameter]));
  const after = new Map((now.parameters ?? []).map((parameter) => [keyOf(parameter), parameter]));
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `the ${key} is gone`);
  const changed = [...after].flatMap(([key, parameter]) => {
    const earlier = before.get(key);
    if (parameter.required === true && earlier?.required !== true) return [`the ${key} is required`];
    if (earlier?.schema === undefined || parameter.schema === undefined) return [];
    return schemaBreaks(earlier.schema, parameter.schema, { versions, direction: 'request', at: key });
  });
  return [...gone, ...changed];
}

function bodyBreaks(old: Operation, now: Operation, versions: Versions): string[] {
  const [before, after] = [old.requestBody, now.requestBody];
  if (before === undefined) return after?.required === true ? ['a body is required'] : [];
  if (after === undefined) return ['no body is taken any more'];
  const required = after.required === true && before.required !== true ? ['a body is required'] : [];
  return [...required, ...mediaBreaks(before.content, after.content, { versions, direction: 'request' })];
}

function answerBreaks(old: Operation, now: Operation, versions: Versions): string[] {
  const after = new Map(answersOf(now, versions.current));
  return answersOf(old, versions.published).flatMap(([status, answer]) =>
    statusBreaks(answer, after.get(status), versions).map((words) => `${status}: ${words}`),
  );
}

function statusBreaks(old: Answer, now: Answer | undefined, versions: Versions): string[] {
  if (now === undefined) return ['the status is gone'];
  const headers = Object.keys(old.headers ?? {}).filter((name) => now.headers?.[name] === undefined);
  return [
    ...headers.map((name) => `the header ${name} is gone`),
    ...mediaBreaks(old.content ?? {}, now.content ?? {}, { versions, direction: 'answer' }),
  ];
}

type Content = Readonly<Record<string, MediaType>>;

function mediaBreaks(
  old: Content,
  now: Content,
  context: { readonly versions: Versions; readonly direction: 'request' | 'answer' },
): string[] {
  return Object.entries(old).flatMap(([type, media]) => {
    const other = now[type];
    if (other === undefined) return [`${type} is gone`];
    if (media.schema === undefined || other.schema === undefined) return [];
    return schemaBreaks(media.schema, other.schema, { ...context, at: '' });
  });
}
