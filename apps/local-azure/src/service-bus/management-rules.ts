import rhea from 'rhea';
import { entityNotFound } from './cbs.js';
import type { Entities } from './entities.js';
import type { EntityChanges, SubscriptionPath } from './entity-changes.js';
import {
  CORRELATION_FIELDS,
  ruleValue,
  toRuleValue,
  type CorrelationField,
  type RuleDescription,
  type RuleFilter,
} from './rules.js';
import { ServiceBusError } from './service-bus-error.js';

/** The subscription whose rules a `$management` request is about. */
export interface RuleContext {
  readonly path: SubscriptionPath;
  readonly entities: Entities;
  readonly changes: EntityChanges;
}

type Body = Readonly<Record<string, unknown>>;

/** Descriptor codes of the lists that describe a rule. */
const CODE = {
  rule: 0x13700000004,
  noAction: 0x13700000005,
  action: 0x13700000006,
  sql: 0x1370000006,
  true: 0x1370000007,
  false: 0x1370000008,
  correlation: 0x1370000009,
} as const;
/** The version of the SQL language, as the service gives it. */
const SQL_VERSION = 20;
const WIRE_NAMES: Readonly<Record<CorrelationField, string>> = {
  correlationid: 'correlation-id',
  messageid: 'message-id',
  to: 'to',
  replyto: 'reply-to',
  label: 'label',
  sessionid: 'session-id',
  replytosessionid: 'reply-to-session-id',
  contenttype: 'content-type',
};

/** Performs add-rule. Throws `com.microsoft:entity-already-exists` or `com.microsoft:argument-error`. */
export async function addRule(body: Body, { path, changes }: RuleContext): Promise<void> {
  const description = (body['rule-description'] ?? {}) as Body;
  const action = (description['sql-rule-action'] as Body | undefined | null)?.['expression'];
  await changes.addRule(path, {
    name: ruleName(body),
    filter: readFilter(description),
    ...(typeof action === 'string' && action !== '' ? { action: { expression: action } } : {}),
    createdAtMs: Date.now(),
  });
}

/** Performs remove-rule. Throws not-found. */
export async function removeRule(body: Body, { path, changes }: RuleContext): Promise<void> {
  await changes.removeRule(path, ruleName(body));
}

/** Performs enumerate-rules: the rules by name; undefined when there are none from `skip` on. */
export function enumerateRules(body: Body, { path, entities }: RuleContext): Body | undefined {
  const found = entities.subscription(path.topic, path.subscription);
  if (found === undefined) throw entityNotFound(path.subscription);
  const [skip, top] = [Number(body['skip'] ?? 0), Number(body['top'] ?? Infinity)];
  const sorted = [...found.description.rules].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const rules = sorted.slice(skip, skip + top).map((rule) => ({ 'rule-description': described(rule) }));
  return rules.length === 0 ? undefined : { rules };
}

function ruleName(body: Body): string {
  const name = body['rule-name'];
  if (typeof name === 'string' && name !== '') return name;
  throw argumentError('The request has no rule name.');
}

function readFilter(description: Body): RuleFilter {
  const sql = description['sql-filter'] as Body | undefined | null;
  if (typeof sql?.['expression'] === 'string') return { kind: 'sql', expression: sql['expression'] };
  const correlation = description['correlation-filter'] as Body | undefined | null;
  if (correlation === undefined || correlation === null) throw argumentError('The rule has no filter.');
  const fields = CORRELATION_FIELDS.flatMap((field) => {
    const value = correlation[WIRE_NAMES[field]];
    return value === undefined || value === null ? [] : [[field, String(value)] as const];
  });
  const properties = Object.entries((correlation['properties'] ?? {}) as Body);
  return {
    kind: 'correlation',
    fields: Object.fromEntries(fields),
    properties: Object.fromEntries(properties.map(([name, value]) => [name, toRuleValue(value)])),
  };
}

function described({ name, filter, action }: RuleDescription): unknown {
  const actionList =
    action === undefined
      ? rhea.types.wrap_described([], CODE.noAction)
      : rhea.types.wrap_described([action.expression, SQL_VERSION], CODE.action);
  return rhea.types.wrap_described([describedFilter(filter), actionList, name], CODE.rule);
}

function describedFilter(filter: RuleFilter): unknown {
  switch (filter.kind) {
    case 'true':
      return rhea.types.wrap_described([], CODE.true);
    case 'false':
      return rhea.types.wrap_described([], CODE.false);
    case 'sql':
      return rhea.types.wrap_described([filter.expression, SQL_VERSION], CODE.sql);
    case 'correlation': {
      const fields = CORRELATION_FIELDS.map((field) => filter.fields[field] ?? null);
      const values = Object.entries(filter.properties).map(([name, value]) => [name, ruleValue(value)]);
      return rhea.types.wrap_described([...fields, rhea.types.wrap_map(Object.fromEntries(values))], CODE.correlation);
    }
  }
}

function argumentError(description: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', description);
}
