import type { FilterSubject } from './filter-subject.js';
import { compileSqlFilter } from './sql-filter.js';
import { compileSqlAction } from './sql-action.js';
import { compare, filterValue } from './sql-filter-values.js';
import { changedSections, type MessageChanges } from './changed-sections.js';
import { ServiceBusError } from './service-bus-error.js';

/** A value in a rule, as text with the name of its XML schema type. */
export interface RuleValue {
  readonly type: 'string' | 'int' | 'long' | 'double' | 'boolean' | 'dateTime';
  readonly text: string;
}

/** An SQL expression with the values of its `@parameters`. */
export interface SqlText {
  readonly expression: string;
  readonly parameters?: Readonly<Record<string, RuleValue>>;
}

/** Which messages a rule lets through. */
export type RuleFilter =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | ({ readonly kind: 'sql' } & SqlText)
  | {
      readonly kind: 'correlation';
      readonly fields: Readonly<Partial<Record<CorrelationField, string>>>;
      readonly properties: Readonly<Record<string, RuleValue>>;
    };

/** A rule of a subscription as it was asked for. */
export interface RuleDescription {
  readonly name: string;
  readonly filter: RuleFilter;
  readonly action?: SqlText;
  readonly createdAtMs: number;
}

/** A rule that can be applied. */
export interface Rule {
  readonly description: RuleDescription;
  readonly matches: (subject: FilterSubject) => boolean;
  /** What its action changes; absent without an action. */
  readonly changes?: (subject: FilterSubject) => MessageChanges;
}

/** The message fields a correlation filter may compare, by the names that SQL filters use after `sys.`. */
export type CorrelationField = (typeof CORRELATION_FIELDS)[number];

/** In the order of the correlation filter's list on the wire. */
export const CORRELATION_FIELDS = [
  'correlationid',
  'messageid',
  'to',
  'replyto',
  'label',
  'sessionid',
  'replytosessionid',
  'contenttype',
] as const;

/** The name of the rule a subscription starts with. */
export const DEFAULT_RULE = '$Default';
/** Rules of one subscription at most. */
export const RULES_MAX = 2_000;

/** Makes a rule that can be applied; throws `com.microsoft:argument-error` when its filter or action is none. */
export function compileRule(description: RuleDescription): Rule {
  const matches = matcher(description.filter);
  const { action } = description;
  if (action === undefined) return { description, matches };
  return { description, matches, changes: compileSqlAction(action.expression, parameterValues(action)) };
}

/**
 * The copies a subscription gets of a message: one for all its matching rules without an action, and one for each
 * matching rule with an action. Each is the sections that stand in place of the message's own, null for no change.
 */
export function copiesFor(
  rules: readonly Rule[],
  message: FilterSubject & { readonly bare: Buffer },
): (Buffer | null)[] {
  const matching = rules.filter(({ matches }) => matches(message));
  const changed = matching.flatMap(({ changes }) => (changes === undefined ? [] : [changes(message)]));
  const copies = changed.map((changes) => changedSections(message.bare, changes));
  return matching.length > changed.length ? [null, ...copies] : copies;
}

/** The JavaScript value of a rule's value; throws `com.microsoft:argument-error` when the text is not of its type. */
export function ruleValue({ type, text }: RuleValue): string | number | boolean | Date {
  if (type === 'string') return text;
  if (type === 'boolean') return text.trim().toLowerCase() === 'true';
  const value = type === 'dateTime' ? new Date(text) : Number(text);
  if (Number.isNaN(value.valueOf())) throw argumentError(`"${text}" is not of the type ${type}.`);
  return value;
}

/** A JavaScript value as a rule's value; throws `com.microsoft:argument-error` for a type rules cannot have. */
export function toRuleValue(value: unknown): RuleValue {
  if (typeof value === 'string') return { type: 'string', text: value };
  if (typeof value === 'boolean') return { type: 'boolean', text: String(value) };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'int' : 'double', text: String(value) };
  if (value instanceof Date) return { type: 'dateTime', text: value.toISOString() };
  throw argumentError('A rule may have text, numbers, booleans and dates only.');
}

function matcher(filter: RuleFilter): (subject: FilterSubject) => boolean {
  switch (filter.kind) {
    case 'true':
      return () => true;
    case 'false':
      return () => false;
    case 'sql':
      return compileSqlFilter(filter.expression, parameterValues(filter));
    case 'correlation': {
      const fields = Object.entries(filter.fields);
      const properties = Object.entries(filter.properties).map(([name, value]) => [name, ruleValue(value)] as const);
      if (fields.length + properties.length === 0)
        throw argumentError('A correlation filter needs at least one property.');
      return (subject) =>
        fields.every(([name, value]) => subject.system(name) === value) &&
        properties.every(([name, value]) => compare('=', filterValue(subject.property(name)), value) === true);
    }
  }
}

function parameterValues({ parameters }: SqlText): ReadonlyMap<string, string | number | boolean | Date> {
  return new Map(
    Object.entries(parameters ?? {}).map(([name, value]) => [name.replace(/^@/, '').toLowerCase(), ruleValue(value)]),
  );
}

function argumentError(description: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', description);
}
