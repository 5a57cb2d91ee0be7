import { randomBytes } from 'node:crypto';
import { ServiceBusError } from './service-bus-error.js';

/** What a key permits; Manage includes the other two. */
export type AccessRight = 'Send' | 'Listen' | 'Manage';

/** A named pair of keys of one entity, with what whoever signs with either of them may do there. */
export interface AuthorizationRule {
  readonly keyName: string;
  readonly rights: readonly AccessRight[];
  /** As it stands in a connection string. */
  readonly primaryKey: string;
  readonly secondaryKey: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

/** Rules of one entity at most, as the service has it. */
export const AUTHORIZATION_RULES_MAX = 12;
const KEY_BYTES = 32;
const RIGHTS: ReadonlySet<string> = new Set(['Send', 'Listen', 'Manage']);

/** A new key, in base64. */
export function newAccessKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** Throws `com.microsoft:argument-error` for rules that an entity cannot have. */
export function checkAuthorizationRules(rules: readonly AuthorizationRule[]): void {
  if (rules.length > AUTHORIZATION_RULES_MAX) throw invalid(`more than ${AUTHORIZATION_RULES_MAX} authorization rules`);
  const names = new Set(rules.map(({ keyName }) => keyName.toLowerCase()));
  if (names.size < rules.length) throw invalid('two authorization rules of the same name');
  for (const { keyName, rights } of rules) {
    if (keyName === '') throw invalid('an authorization rule without a key name');
    if (rights.length === 0 || !rights.every((right) => RIGHTS.has(right))) {
      throw invalid(`the authorization rule '${keyName}' without a right, or with one that is none`);
    }
    if (rights.includes('Manage') && !(rights.includes('Send') && rights.includes('Listen'))) {
      throw invalid(`the authorization rule '${keyName}' with Manage but without Send and Listen`);
    }
  }
}

function invalid(what: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', `An entity cannot have ${what}.`);
}
