import { symbol, typed, typedList, typedMap, type TypedValue } from './amqp-values.js';
import { fieldsOf, PROPERTY_FIELD, readSections, SECTION, sectionBytes, type Sections } from './message-sections.js';

/** The properties (in SQL: `sys.`) that one copy of a message may have otherwise than the message itself. */
export type SettableProperty = (typeof SETTABLE_PROPERTIES)[number];

/** In lower case. */
export const SETTABLE_PROPERTIES = [
  'correlationid',
  'to',
  'replyto',
  'label',
  'replytosessionid',
  'contenttype',
] as const;

/** What one copy of a message has otherwise than the message itself. */
export interface MessageChanges {
  /** Application properties; undefined takes one away. */
  readonly application: Readonly<Record<string, unknown>>;
  /** Null takes one away. */
  readonly system?: Readonly<Partial<Record<SettableProperty, string | null>>>;
}

/**
 * The sections that stand in place of a message's own in one of its copies, encoded one after the other: its application
 * properties, and before them its properties if these were changed, now or before. `current` is the message without header and
 * annotations, or what stands in its place so far.
 */
export function changedSections(current: Buffer, { application, system = {} }: MessageChanges): Buffer {
  const sections = readSections(current);
  const properties = sections.heads.get(SECTION.properties);
  const isReplacement = sections.bodyStart === current.length;
  const kept = isReplacement && properties !== undefined ? current.subarray(properties.start, properties.end) : NOTHING;
  const before = Object.keys(system).length === 0 ? kept : changedProperties(sections, system);
  return Buffer.concat([before, changedApplicationProperties(sections, application)]);
}

/** A message without header and annotations, with such sections in place of its own. */
export function withChangedSections(bare: Buffer, replacement: Uint8Array): Buffer {
  const own = readSections(bare);
  const bytes = Buffer.from(replacement.buffer, replacement.byteOffset, replacement.byteLength);
  const changed = readSections(bytes);
  const parts = [SECTION.properties, SECTION.applicationProperties].map((code) => {
    const theirs = changed.heads.get(code);
    if (theirs !== undefined) return bytes.subarray(theirs.start, theirs.end);
    const ours = own.heads.get(code);
    return ours === undefined ? NOTHING : bare.subarray(ours.start, ours.end);
  });
  return Buffer.concat([...parts, bare.subarray(own.bodyStart)]);
}

const NOTHING = Buffer.alloc(0);

function changedProperties(sections: Sections, changes: NonNullable<MessageChanges['system']>): Buffer {
  const fields: unknown[] = [...fieldsOf(sections, SECTION.properties)];
  for (const [name, value] of Object.entries(changes)) {
    const place = PROPERTY_FIELD[name as SettableProperty];
    while (fields.length <= place) fields.push(typed(null));
    fields[place] = name === 'contenttype' && value !== null ? symbol(value) : typed(value);
  }
  return sectionBytes(SECTION.properties, typedList(fields.map((field) => field ?? typed(null))));
}

function changedApplicationProperties(sections: Sections, changes: MessageChanges['application']): Buffer {
  const kept: unknown[] = [];
  const entries = (sections.heads.get(SECTION.applicationProperties)?.value.value ?? []) as TypedValue[];
  for (let index = 0; index + 1 < entries.length; index += 2) {
    if (!(String(entries[index]!.value) in changes)) kept.push(entries[index], entries[index + 1]);
  }
  for (const [key, value] of Object.entries(changes)) {
    if (value !== undefined) kept.push(typed(key), typed(value));
  }
  return sectionBytes(SECTION.applicationProperties, typedMap(kept));
}
