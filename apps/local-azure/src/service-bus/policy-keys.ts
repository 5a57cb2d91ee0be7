import type { AccessPolicy, PolicyRight } from './access-policy.js';

/** Somebody who may use the Service Bus, whose key is made at the first start. */
export type PolicyDeclaration = Pick<AccessPolicy, 'name' | 'rights' | 'entities' | 'principal'>;

/** What the file of keys holds of one policy; what has rights there needs no declaration. */
export interface StoredPolicy {
  readonly key: string;
  readonly rights?: readonly PolicyRight[];
  readonly entities?: readonly string[];
}

const RIGHTS: ReadonlySet<string> = new Set<PolicyRight>(['Send', 'Listen', 'Manage', 'ManageSubscriptions']);

/**
 * The policies that are declared, each with its key of the file, and those that the file alone has rights for. Throws for
 * rights that are none, and for a declared one whose key the file lacks.
 */
export function policiesWithKeys(
  declared: readonly PolicyDeclaration[],
  stored: Readonly<Record<string, StoredPolicy>>,
): AccessPolicy[] {
  const known = new Set(declared.map(({ name }) => name));
  const added = Object.entries(stored).flatMap(([name, { rights, entities }]) =>
    rights === undefined || known.has(name) ? [] : [{ name, rights, ...(entities && { entities }) }],
  );
  return [...declared, ...added].map((policy) => {
    const { name, rights } = policy;
    const key = stored[name]?.key;
    if (key === undefined) throw new Error(`The Service Bus policy '${name}' has no key.`);
    if (rights.length === 0 || !rights.every((right) => RIGHTS.has(right))) {
      throw new Error(`The Service Bus policy '${name}' has no right, or one that is none.`);
    }
    return { ...policy, keys: [key] };
  });
}
