import { notSupported, ServiceBusError } from '../service-bus-error.js';

/** What the path of a request names; the kinds in the plural are lists. */
export type Resource =
  | { readonly kind: 'namespace' | 'topics' | 'queues' }
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'subscriptions'; readonly topic: string }
  | { readonly kind: 'subscription'; readonly topic: string; readonly subscription: string }
  | { readonly kind: 'rules'; readonly topic: string; readonly subscription: string }
  | { readonly kind: 'rule'; readonly topic: string; readonly subscription: string; readonly rule: string };

const BELOW_TOPIC = /^(.+)\/subscriptions(?:\/([^/]+)(?:\/rules(?:\/([^/]+))?)?)?$/i;
const WEB_SOCKET = '$servicebus/websocket';
const TOPIC_NAME_MAX = 260;
const NAME_MAX = 50;
const TOPIC_NAME = /^[A-Za-z0-9](?:[\w.~/-]*[\w-])?$/;
const NAME = /^[\w.$-]+$/;

/** Reads the path of a request. Throws `com.microsoft:argument-error` when it can name nothing. */
export function readResource(target: string): Resource {
  const path = decoded(new URL(target, 'http://localhost').pathname).replace(/^\/+|\/+$/g, '');
  const lower = path.toLowerCase();
  if (lower === '$namespaceinfo') return { kind: 'namespace' };
  if (lower === '$resources/topics') return { kind: 'topics' };
  if (lower === '$resources/queues') return { kind: 'queues' };
  if (lower === WEB_SOCKET) throw notSupported('AMQP over WebSocket is');
  const [, topic = path, subscription, rule] = BELOW_TOPIC.exec(path) ?? [];
  checkName(topic, TOPIC_NAME, TOPIC_NAME_MAX);
  if (subscription === undefined) return { kind: BELOW_TOPIC.test(path) ? 'subscriptions' : 'topic', topic };
  checkName(subscription, NAME, NAME_MAX);
  if (rule === undefined) return { kind: /\/rules$/i.test(path) ? 'rules' : 'subscription', topic, subscription };
  checkName(rule, NAME, NAME_MAX);
  return { kind: 'rule', topic, subscription, rule };
}

/** The path of a resource, as the service writes it. */
export function resourceName(resource: Resource): string {
  switch (resource.kind) {
    case 'namespace':
      return '$namespaceinfo';
    case 'topics':
      return '$Resources/Topics';
    case 'queues':
      return '$Resources/Queues';
    case 'topic':
      return resource.topic;
    case 'subscriptions':
      return `${resource.topic}/Subscriptions`;
    case 'subscription':
      return `${resource.topic}/Subscriptions/${resource.subscription}`;
    case 'rules':
      return `${resource.topic}/Subscriptions/${resource.subscription}/Rules`;
    case 'rule':
      return `${resource.topic}/Subscriptions/${resource.subscription}/Rules/${resource.rule}`;
  }
}

function checkName(name: string, pattern: RegExp, lengthMax: number): void {
  if (name.length <= lengthMax && pattern.test(name)) return;
  throw new ServiceBusError('com.microsoft:argument-error', `'${name}' cannot be the name of an entity.`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ServiceBusError('com.microsoft:argument-error', 'The path is malformed.');
  }
}
