import type { FilterSubject } from './filter-subject.js';
import { compileSqlExpression } from './sql-filter.js';
import type { FilterValue } from './sql-filter-values.js';
import { ServiceBusError } from './service-bus-error.js';

type Parameters = ReadonlyMap<string, FilterValue>;
type Change = (subject: FilterSubject) => [name: string, value: FilterValue];

/** Text up to a `;` that is not inside quotes or brackets. */
const STATEMENT = /(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|\[[^\]]*\]|[^;'"[])+/g;
const SHAPE =
  /^\s*(?:(?<set>SET)\s+(?<target>[^=]+?)\s*=(?<expression>[\s\S]+)|(?<remove>REMOVE)\s+(?<removed>[\s\S]+?))\s*$/i;
const NAME =
  /^(?:(?<scope>\w+)\s*\.\s*)?(?:\[(?<bracketed>[^\]]+)\]|"(?<quoted>[^"]+)"|(?<plain>[\p{L}_][\p{L}\p{N}_]*))$/u;

/**
 * Compiles an SQL rule action, statements `SET name = expression` and `REMOVE name` separated by `;`; the result gives
 * what changes of a message's application properties, with undefined for one that is removed. Expressions look at the
 * message as it was sent. Throws `com.microsoft:argument-error` when it is none.
 */
export function compileSqlAction(
  action: string,
  parameters: Parameters,
): (subject: FilterSubject) => Record<string, FilterValue> {
  const statements = (action.match(STATEMENT) ?? []).filter((statement) => statement.trim() !== '');
  if (statements.length === 0) throw invalid(action, 'it has no statement');
  const changes = statements.map((statement) => compileStatement(statement, action, parameters));
  return (subject) => Object.fromEntries(changes.map((change) => change(subject)));
}

function compileStatement(statement: string, action: string, parameters: Parameters): Change {
  const groups = SHAPE.exec(statement)?.groups;
  if (groups === undefined) throw invalid(action, `"${statement.trim()}" is neither SET nor REMOVE`);
  const name = propertyName((groups['target'] ?? groups['removed'])!, action);
  if (groups['set'] === undefined) return () => [name, undefined];
  const evaluate = compileSqlExpression(groups['expression']!, parameters);
  return (subject) => [name, evaluate(subject)];
}

function propertyName(text: string, action: string): string {
  const { scope, bracketed, quoted, plain } = NAME.exec(text)?.groups ?? {};
  const name = bracketed ?? quoted ?? plain;
  if (name === undefined) throw invalid(action, `"${text}" is not a property`);
  if (scope !== undefined && scope.toLowerCase() !== 'user') {
    throw invalid(action, `changing the system property ${text} is not supported by this server`);
  }
  return name;
}

function invalid(action: string, problem: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', `The action "${action}" is invalid: ${problem}.`);
}
