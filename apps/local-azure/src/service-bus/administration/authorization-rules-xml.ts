import { escapeXml } from '../../pages/escape-xml.js';
import {
  checkAuthorizationRules,
  newAccessKey,
  type AccessRight,
  type AuthorizationRule,
} from '../authorization-rule.js';
import { childOf, type XmlElement } from './xml.js';

/**
 * The authorization rules of a description; undefined when it does not speak of them. A key that is not given is made.
 * Throws `com.microsoft:argument-error`.
 */
export function readAuthorizationRules(
  description: XmlElement,
  before: readonly AuthorizationRule[] = [],
): readonly AuthorizationRule[] | undefined {
  const list = childOf(description, 'AuthorizationRules');
  if (list === undefined) return undefined;
  const rules = list.children.map((element) => readRule(element, before));
  checkAuthorizationRules(rules);
  return rules;
}

/** The `AuthorizationRules` element of a description. */
export function authorizationRulesXml(rules: readonly AuthorizationRule[]): string {
  return `<AuthorizationRules>${rules.map(ruleXml).join('')}</AuthorizationRules>`;
}

function readRule(element: XmlElement, before: readonly AuthorizationRule[]): AuthorizationRule {
  const text = (name: string): string => childOf(element, name)?.text.trim() ?? '';
  const keyName = text('KeyName');
  const nowMs = Date.now();
  const known = before.find((rule) => rule.keyName.toLowerCase() === keyName.toLowerCase());
  const rights = childOf(element, 'Rights')?.children ?? [];
  return {
    keyName,
    rights: rights.map((right) => right.text.trim() as AccessRight),
    primaryKey: text('PrimaryKey') || (known?.primaryKey ?? newAccessKey()),
    secondaryKey: text('SecondaryKey') || (known?.secondaryKey ?? newAccessKey()),
    createdAtMs: known?.createdAtMs ?? nowMs,
    modifiedAtMs: nowMs,
  };
}

function ruleXml(rule: AuthorizationRule): string {
  const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;
  const content = [
    element('ClaimType', 'SharedAccessKey'),
    element('ClaimValue', 'None'),
    `<Rights>${rule.rights.map((right) => element('AccessRights', right)).join('')}</Rights>`,
    element('CreatedTime', new Date(rule.createdAtMs).toISOString()),
    element('ModifiedTime', new Date(rule.modifiedAtMs).toISOString()),
    element('KeyName', rule.keyName),
    element('PrimaryKey', rule.primaryKey),
    element('SecondaryKey', rule.secondaryKey),
  ];
  return `<AuthorizationRule i:type="SharedAccessAuthorizationRule">${content.join('')}</AuthorizationRule>`;
}
