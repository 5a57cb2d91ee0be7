import { escapeXml } from '../../pages/escape-xml.js';
import {
  CORRELATION_FIELDS,
  ruleValue,
  type CorrelationField,
  type RuleDescription,
  type RuleFilter,
  type RuleValue,
  type SqlText,
} from '../rules.js';
import { ServiceBusError } from '../service-bus-error.js';
import { childOf, type XmlElement } from './xml.js';

const FIELD_ELEMENTS: Readonly<Record<CorrelationField, string>> = {
  correlationid: 'CorrelationId',
  messageid: 'MessageId',
  to: 'To',
  replyto: 'ReplyTo',
  label: 'Label',
  sessionid: 'SessionId',
  replytosessionid: 'ReplyToSessionId',
  contenttype: 'ContentType',
};
const PAIR = 'KeyValueOfstringanyType';
const VALUE_TYPES: ReadonlySet<string> = new Set(['string', 'int', 'long', 'double', 'boolean', 'dateTime']);
const SCHEMA = 'http://www.w3.org/2001/XMLSchema';

/** Reads a `RuleDescription` or `DefaultRuleDescription`; throws `com.microsoft:argument-error`. */
export function readRule(description: XmlElement, name: string): RuleDescription {
  const filter = childOf(description, 'Filter');
  const action = childOf(description, 'Action');
  return {
    name,
    filter: filter === undefined ? { kind: 'true' } : readFilter(filter),
    ...(action?.attributes.get('type') === 'SqlRuleAction' ? { action: readSql(action) } : {}),
    createdAtMs: Date.now(),
  };
}

/** The elements inside a `RuleDescription`. */
export function ruleXml({ name, filter, action, createdAtMs }: RuleDescription): string {
  const actionXml =
    action === undefined
      ? '<Action i:type="EmptyRuleAction"/>'
      : `<Action i:type="SqlRuleAction">${sqlXml(action)}</Action>`;
  const created = `<CreatedAt>${new Date(createdAtMs).toISOString()}</CreatedAt>`;
  return `${filterXml(filter)}${actionXml}${created}<Name>${escapeXml(name)}</Name>`;
}

function readFilter(element: XmlElement): RuleFilter {
  switch (element.attributes.get('type')) {
    case 'TrueFilter':
      return { kind: 'true' };
    case 'FalseFilter':
      return { kind: 'false' };
    case 'SqlFilter':
      return { kind: 'sql', ...readSql(element) };
    case 'CorrelationFilter': {
      const found = CORRELATION_FIELDS.flatMap((field) => {
        const text = childOf(element, FIELD_ELEMENTS[field])?.text;
        return text === undefined ? [] : [[field, text] as const];
      });
      return { kind: 'correlation', fields: Object.fromEntries(found), properties: readPairs(element, 'Properties') };
    }
    default:
      throw argumentError('The type of the filter is not known.');
  }
}

function readSql(element: XmlElement): SqlText {
  const parameters = readPairs(element, 'Parameters');
  const expression = childOf(element, 'SqlExpression')?.text ?? '';
  return Object.keys(parameters).length === 0 ? { expression } : { expression, parameters };
}

function readPairs(parent: XmlElement, name: string): Record<string, RuleValue> {
  const pairs = (childOf(parent, name)?.children ?? []).filter((child) => child.name === PAIR);
  return Object.fromEntries(pairs.map((pair) => [childOf(pair, 'Key')?.text ?? '', readValue(childOf(pair, 'Value'))]));
}

function readValue(element: XmlElement | undefined): RuleValue {
  const type = (element?.attributes.get('type') ?? 'string').replace(/^.*:/, '');
  if (!VALUE_TYPES.has(type)) throw argumentError(`Values of the type ${type} are not supported by this server.`);
  const value = { type: type as RuleValue['type'], text: element?.text ?? '' };
  ruleValue(value);
  return value;
}

function filterXml(filter: RuleFilter): string {
  switch (filter.kind) {
    case 'true':
      return '<Filter i:type="TrueFilter"><SqlExpression>1=1</SqlExpression></Filter>';
    case 'false':
      return '<Filter i:type="FalseFilter"><SqlExpression>1=0</SqlExpression></Filter>';
    case 'sql':
      return `<Filter i:type="SqlFilter">${sqlXml(filter)}</Filter>`;
    case 'correlation': {
      const fields = CORRELATION_FIELDS.map((field) => [FIELD_ELEMENTS[field], filter.fields[field]] as const);
      const set = fields.map(([name, value]) => (value === undefined ? '' : `<${name}>${escapeXml(value)}</${name}>`));
      return `<Filter i:type="CorrelationFilter">${set.join('')}${pairsXml('Properties', filter.properties)}</Filter>`;
    }
  }
}

function sqlXml({ expression, parameters = {} }: SqlText): string {
  return `<SqlExpression>${escapeXml(expression)}</SqlExpression>${pairsXml('Parameters', parameters)}`;
}

/** The SDK takes the type from behind a prefix of four characters, and knows no `long`. */
function pairsXml(name: string, values: Readonly<Record<string, RuleValue>>): string {
  const pairs = Object.entries(values).map(([key, { type, text }]) => {
    const shown = type === 'long' ? 'int' : type;
    const value = `<Value i:type="d6p1:${shown}" xmlns:d6p1="${SCHEMA}">${escapeXml(text)}</Value>`;
    return `<${PAIR}><Key>${escapeXml(key)}</Key>${value}</${PAIR}>`;
  });
  return pairs.length === 0 ? '' : `<${name}>${pairs.join('')}</${name}>`;
}

function argumentError(description: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', description);
}
