/** Where a link goes; names are lower-case, because entities are compared without case. */
export type Address =
  | { readonly kind: 'cbs' }
  /** A topic or a queue; their names look alike. */
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'queue-dead-letters'; readonly queue: string }
  | { readonly kind: 'subscription'; readonly topic: string; readonly subscription: string; readonly dead: boolean }
  /** What a queue or subscription could not forward. */
  | { readonly kind: 'transfer-dead-letters'; readonly of: Address }
  | { readonly kind: 'management'; readonly of: Address };

const MANAGEMENT_SUFFIX = '/$management';
const TRANSFER_SUFFIX = '/$transfer/$deadletterqueue';
const DEAD_LETTER_SUFFIX = '/$deadletterqueue';
const SUBSCRIPTION_INFIX = '/subscriptions/';

/** Reads `queue`, `topic`, `topic/Subscriptions/sub`, each with `/$DeadLetterQueue`, `/$Transfer/$DeadLetterQueue` and `/$management`; undefined if it is none. */
export function parseAddress(text: string): Address | undefined {
  const path = text.toLowerCase().replace(/^\/+|\/+$/g, '');
  if (path === '$cbs') return { kind: 'cbs' };
  if (path.endsWith(MANAGEMENT_SUFFIX)) {
    const of = parseAddress(path.slice(0, -MANAGEMENT_SUFFIX.length));
    return of === undefined ? undefined : { kind: 'management', of };
  }
  if (path.endsWith(TRANSFER_SUFFIX)) {
    const of = parseAddress(path.slice(0, -TRANSFER_SUFFIX.length));
    return of?.kind === 'topic' || of?.kind === 'subscription' ? { kind: 'transfer-dead-letters', of } : undefined;
  }
  const dead = path.endsWith(DEAD_LETTER_SUFFIX);
  const entity = dead ? path.slice(0, -DEAD_LETTER_SUFFIX.length) : path;
  if (entity === '' || entity.includes('$')) return undefined;
  const infix = entity.lastIndexOf(SUBSCRIPTION_INFIX);
  if (infix < 0) return dead ? { kind: 'queue-dead-letters', queue: entity } : { kind: 'topic', topic: entity };
  const subscription = entity.slice(infix + SUBSCRIPTION_INFIX.length);
  return { kind: 'subscription', topic: entity.slice(0, infix), subscription, dead };
}

/** The entity path of a token audience such as `sb://host:5672/topic/`, lower-case, without a query and outer slashes. */
export function audiencePath(audience: string): string {
  const path = audience
    .toLowerCase()
    .replace(/^[a-z]+:\/\/[^/]*/, '')
    .replace(/\?.*$/s, '')
    .replace(/^\/+|\/+$/g, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
