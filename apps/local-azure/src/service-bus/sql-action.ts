import { SETTABLE_PROPERTIES, type MessageChanges } from './changed-sections.js';
import type { FilterSubject } from './filter-subject.js';
import { compileSqlExpression } from './sql-filter.js';
import type { FilterValue } from './sql-filter-values.js';
import { ServiceBusError } from './service-bus-error.js';

type Parameters = ReadonlyMap<string, FilterValue>;
interface Change {
  readonly name: string;
  /** Whether it is a property of the message, not one of its application properties. */
  readonly isSystem: boolean;
  readonly value: (subject: FilterSubject) => FilterValue;
}

/** Text up to a `;` that is not inside quotes or brackets. */
const STATEMENT = /(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|\[[^\]]*\]|[^;'"[])+/g;
const SHAPE =
  /^\s*(?:(?<set>SET)\s+(?<target>[^=]+?)\s*=(?<expression>[\s\S]+)|(?<remove>REMOVE)\s+(?<removed>[\s\S]+?))\s*$/i;
const NAME =
  /^(?:(?<scope>\w+)\s*\.\s*)?(?:\[(?<bracketed>[^\]]+)\]|"(?<quoted>[^"]+)"|(?<plain>[\p{L}_][\p{L}\p{N}_]*))$/u;

/**
 * Compiles an SQL rule action, statements `SET name = expression` and `REMOVE name` separated by `;`; the result gives what
 * changes of a message: its application properties, and by `sys.` its properties but for its id and its session. Expressions
 * look at the message as it was sent. Throws `com.microsoft:argument-error` when it is none.
 */
export function compileSqlAction(
  action: string,
  parameters: Parameters,
): (subject: FilterSubject) => Required<MessageChanges> {
  const statements = (action.match(STATEMENT) ?? []).filter((statement) => statement.trim() !== '');
  if (statements.length === 0) throw invalid(action, 'it has no statement');
  const changes = statements.map((statement) => compileStatement(statement, action, parameters));
  return (subject) => {
    const of = (isSystem: boolean) => changes.filter((change) => change.isSystem === isSystem);
    return {
      application: Object.fromEntries(of(false).map(({ name, value }) => [name, value(subject)])),
      system: Object.fromEntries(of(true).map(({ name, value }) => [name, textOf(value(subject))])),
    };
  };
}

function compileStatement(statement: string, action: string, parameters: Parameters): Change {
  const groups = SHAPE.exec(statement)?.groups;
  if (groups === undefined) throw invalid(action, `"${statement.trim()}" is neither SET nor REMOVE`);
  const property = propertyIn((groups['target'] ?? groups['removed'])!, action);
  if (groups['set'] !== undefined)
    return { ...property, value: compileSqlExpression(groups['expression']!, parameters) };
  if (property.isSystem) throw invalid(action, `REMOVE takes no system property, as ${groups['removed']!.trim()} is`);
  return { ...property, value: () => undefined };
}

function propertyIn(text: string, action: string): Pick<Change, 'name' | 'isSystem'> {
  const { scope = 'user', bracketed, quoted, plain } = NAME.exec(text)?.groups ?? {};
  const name = bracketed ?? quoted ?? plain;
  if (name === undefined) throw invalid(action, `"${text}" is not a property`);
  if (scope.toLowerCase() === 'user') return { name, isSystem: false };
  const known = SETTABLE_PROPERTIES.find((one) => one === name.toLowerCase());
  if (scope.toLowerCase() !== 'sys' || known === undefined) {
    throw invalid(action, `changing the system property ${text} is not supported by this server`);
  }
  return { name: known, isSystem: true };
}

/** A property of a message is text; unknown is none. */
function textOf(value: FilterValue): string | null {
  return value === undefined ? null : value instanceof Date ? value.toISOString() : String(value);
}

function invalid(action: string, problem: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', `The action "${action}" is invalid: ${problem}.`);
}
