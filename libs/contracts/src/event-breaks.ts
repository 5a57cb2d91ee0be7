import type { EventDocument } from './asyncapi.js';
import type { JsonSchema } from './event-schema.js';

/**
 * What a reader of the published events could stumble over in the current ones, one sentence each; nothing when only
 * events and optional fields were added. A reader checks what it reads: so every value that may come now must have been
 * possible before.
 */
export function eventBreaks(published: EventDocument, current: EventDocument): string[] {
  const topics = Object.entries(published.channels).flatMap(([topic, { messages }]) =>
    Object.keys(messages)
      .filter((type) => current.channels[topic]?.messages[type] === undefined)
      .map((type) => `${type} is not published to ${topic} any more`),
  );
  const data = Object.entries(published.components.messages).flatMap(([type, { payload }]) => {
    const now = current.components.messages[type];
    return now === undefined ? [] : schemaBreaks(payload, now.payload, type);
  });
  return [...topics, ...data];
}

const LOWER_BOUNDS = ['minimum', 'minLength', 'minItems'] as const;
const UPPER_BOUNDS = ['maximum', 'maxLength', 'maxItems'] as const;

function schemaBreaks(before: JsonSchema, now: JsonSchema, at: string): string[] {
  if (before['type'] !== now['type']) return [`${at} is ${words(now['type'])} and was ${words(before['type'])}`];
  return [...valueBreaks(before, now, at), ...fieldBreaks(before, now, at), ...itemBreaks(before, now, at)];
}

/** How single values may be what they could not be before. */
function valueBreaks(before: JsonSchema, now: JsonSchema, at: string): string[] {
  const [known, possible] = [before['enum'] as unknown[] | undefined, now['enum'] as unknown[] | undefined];
  const isLooser = (key: string, sign: 1 | -1): boolean => {
    const [was, is] = [before[key] as number | undefined, now[key] as number | undefined];
    return was !== undefined && (is === undefined || (was - is) * sign > 0);
  };
  return [
    ...(known === undefined ? [] : (possible ?? ['anything']))
      .filter((value) => known?.includes(value) !== true)
      .map((value) => `${at} may be ${words(value)}`),
    ...(before['pattern'] !== undefined && before['pattern'] !== now['pattern']
      ? [`${at} does not match ${words(before['pattern'])} any more`]
      : []),
    ...LOWER_BOUNDS.filter((key) => isLooser(key, 1)).map((key) => `${at} has no ${key} of ${words(before[key])}`),
    ...UPPER_BOUNDS.filter((key) => isLooser(key, -1)).map((key) => `${at} has no ${key} of ${words(before[key])}`),
  ];
}

function fieldBreaks(before: JsonSchema, now: JsonSchema, at: string): string[] {
  const old = (before['properties'] ?? {}) as Record<string, JsonSchema>;
  const fields = (now['properties'] ?? {}) as Record<string, JsonSchema | undefined>;
  const required = (schema: JsonSchema): string[] => (schema['required'] ?? []) as string[];
  return Object.entries(old).flatMap(([name, schema]) => {
    const field = fields[name];
    if (field === undefined) return [`${at}/${name} is gone`];
    const isOptionalNow = required(before).includes(name) && !required(now).includes(name);
    return [
      ...(isOptionalNow ? [`${at}/${name} may be missing`] : []),
      ...schemaBreaks(schema, field, `${at}/${name}`),
    ];
  });
}

function itemBreaks(before: JsonSchema, now: JsonSchema, at: string): string[] {
  const [old, items] = [before['items'] as JsonSchema | undefined, now['items'] as JsonSchema | undefined];
  return old === undefined || items === undefined ? [] : schemaBreaks(old, items, `${at}/*`);
}

const words = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
