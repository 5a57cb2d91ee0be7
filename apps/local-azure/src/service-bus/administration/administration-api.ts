import type { HttpReply, HttpRequest } from '../../http/http-server.js';
import { entityNotFound } from '../cbs.js';
import type { Entities, Topic } from '../entities.js';
import type { EntityChanges } from '../entity-changes.js';
import type { EntityDescriptionStore } from '../entity-description-store.js';
import { asServiceBusError, notSupported, ServiceBusError } from '../service-bus-error.js';
import type { TokenVerifier } from '../token-verifier.js';
import { entryReply, errorReply, feedReply, type AtomEntry } from './atom.js';
import { describedEntity } from './described-entity.js';
import { namespaceEntry, queueEntry, ruleEntry, subscriptionEntry, topicEntry, type EntryContext } from './entries.js';
import { readResource, resourceName, type Resource } from './resource.js';
import { readRule } from './rule-xml.js';
import { authorizeRequest } from './request-access.js';
import { childOf, parseXml, type XmlElement } from './xml.js';

/** What the administration works on. */
export interface AdministrationContext {
  readonly entities: Entities;
  readonly changes: EntityChanges;
  readonly descriptions: EntityDescriptionStore;
  readonly sizeOf: EntryContext['sizeOf'];
  readonly tokens: TokenVerifier;
}

const PAGE_MAX = 100;
const STATUS_CODES: Readonly<Record<string, number>> = {
  'amqp:unauthorized-access': 401,
  'amqp:not-found': 404,
  'amqp:not-implemented': 501,
  'amqp:precondition-failed': 412,
  'amqp:resource-limit-exceeded': 403,
  'com.microsoft:argument-error': 400,
  'com.microsoft:entity-already-exists': 409,
  'com.microsoft:server-busy': 503,
};

/** Answers one request of the administration client: entities and rules as Atom entries and feeds. */
export async function answerAdministration(request: HttpRequest, context: AdministrationContext): Promise<HttpReply> {
  try {
    const resource = readResource(request.target);
    await authorizeRequest(request, resource, context.tokens);
    return await new AdministrationRequest(request, resource, context).answer();
  } catch (error) {
    const { condition, description } = asServiceBusError(error);
    return errorReply(STATUS_CODES[condition] ?? 500, description);
  }
}

class AdministrationRequest {
  private readonly host: string;
  private readonly shown: EntryContext;

  constructor(
    private readonly request: HttpRequest,
    private readonly resource: Resource,
    private readonly context: AdministrationContext,
  ) {
    this.host = request.headers.host ?? 'localhost';
    const { descriptions, sizeOf } = context;
    this.shown = { descriptions, sizeOf, host: this.host };
  }

  async answer(): Promise<HttpReply> {
    switch (this.request.method) {
      case 'GET':
        return this.resource.kind.endsWith('s') ? this.list() : entryReply(200, this.entry(), this.host);
      case 'PUT':
        return this.put();
      case 'DELETE':
        await this.delete();
        return { status: 200, headers: {} };
      default:
        throw notSupported(`The method ${this.request.method} (as for messages over HTTP) is`);
    }
  }

  private list(): HttpReply {
    const { resource, request } = this;
    const query = new URL(request.target, 'http://localhost').searchParams;
    const skip = Math.max(0, Math.trunc(Number(query.get('$skip') ?? 0)) || 0);
    const top = Math.min(Math.max(1, Math.trunc(Number(query.get('$top') ?? PAGE_MAX)) || PAGE_MAX), PAGE_MAX);
    const all = this.entries();
    const path = resourceName(resource);
    const next = skip + top < all.length ? `${path}?api-version=2021-05&$skip=${skip + top}&$top=${top}` : undefined;
    return feedReply(path, all.slice(skip, skip + top), this.host, next);
  }

  private entries(): AtomEntry[] {
    const { resource } = this;
    const { entities } = this.context;
    switch (resource.kind) {
      case 'topics':
        return this.topicsOf('topic').map((topic) => topicEntry(topic, this.shown));
      case 'queues':
        return this.topicsOf('queue').map((queue) => queueEntry(queue, this.shown));
      case 'subscriptions': {
        const { subscriptions } = entities.topic(resource.topic) ?? missing(resource);
        return [...subscriptions].sort(byName).map((subscription) => subscriptionEntry(subscription, this.shown));
      }
      case 'rules': {
        const { description } = entities.subscription(resource.topic, resource.subscription) ?? missing(resource);
        return [...description.rules].sort(byName).map((rule) => ruleEntry(description, rule));
      }
      default:
        return [];
    }
  }

  private entry(): AtomEntry {
    const { resource } = this;
    const { entities } = this.context;
    switch (resource.kind) {
      case 'namespace':
        return namespaceEntry(this.host);
      case 'topic':
        return topicOrQueueEntry(entities.topic(resource.topic) ?? missing(resource), this.shown);
      case 'subscription':
        return subscriptionEntry(this.subscription(resource), this.shown);
      case 'rule': {
        const { description } = this.subscription(resource);
        const wanted = resource.rule.toLowerCase();
        const rule = description.rules.find(({ name }) => name.toLowerCase() === wanted) ?? missing(resource);
        return ruleEntry(description, rule);
      }
      default:
        return missing(resource);
    }
  }

  private async put(): Promise<HttpReply> {
    const { resource } = this;
    const { changes } = this.context;
    const ifMatch = this.request.headers['if-match'];
    const version = ifMatch === undefined ? undefined : this.versionOf(ifMatch);
    const body = this.body();
    if (resource.kind === 'rule') {
      const rule = readRule(body, resource.rule);
      await (ifMatch === undefined ? changes.addRule(resource, rule) : changes.replaceRule(resource, rule, version));
    } else if (resource.kind === 'topic' || resource.kind === 'subscription') {
      const description = describedEntity(body, resource, this.context.entities);
      await (ifMatch === undefined ? changes.create(description) : changes.update(description, version));
    } else throw notSupported(`Changing ${resourceName(resource)} is`);
    return entryReply(ifMatch === undefined ? 201 : 200, this.entry(), this.host);
  }

  private topicsOf(kind: 'topic' | 'queue'): Topic[] {
    return this.context.entities.topics().filter(({ description }) => description.kind === kind);
  }

  private async delete(): Promise<void> {
    const { resource } = this;
    const { changes } = this.context;
    if (resource.kind === 'topic') return changes.delete(resource.topic);
    if (resource.kind === 'subscription') return changes.delete(resource.topic, resource.subscription);
    if (resource.kind === 'rule') return changes.removeRule(resource, resource.rule);
    throw notSupported(`Deleting ${resourceName(resource)} is`);
  }

  /** The version that a tag is of; undefined is any. Throws not-found. */
  private versionOf(ifMatch: string): number | undefined {
    this.entry();
    return ifMatch === '*' ? undefined : Number(/^"(\d+)"$/.exec(ifMatch)?.[1]);
  }

  private body(): XmlElement {
    const entry = parseXml(this.request.body.toString('utf8'));
    const description = childOf(entry, 'content')?.children[0];
    if (description === undefined) {
      throw new ServiceBusError('com.microsoft:argument-error', 'The body is not an Atom entry with a description.');
    }
    return description;
  }

  private subscription(resource: Resource & { topic: string; subscription: string }) {
    return this.context.entities.subscription(resource.topic, resource.subscription) ?? missing(resource);
  }
}

function topicOrQueueEntry(topic: Topic, shown: EntryContext): AtomEntry {
  return topic.description.kind === 'queue' ? queueEntry(topic, shown) : topicEntry(topic, shown);
}

function missing(resource: Resource): never {
  throw entityNotFound(resourceName(resource));
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1;
}
