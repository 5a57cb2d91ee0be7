import type { Receiver, Sender } from 'rhea';
import type { Faults } from '../faults/faults.js';
import type { Usage } from '../usage.js';
import { audiencePath, parseAddress, type Address } from './address.js';
import type { LinkRoutes } from './amqp-server.js';
import { refuseIfOrdered } from './bus-faults.js';
import type { AccessRight } from './authorization-rule.js';
import type { Broker } from './broker.js';
import { answerPutToken, entityNotFound } from './cbs.js';
import type { ClientConnection, OpenLink } from './client-connection.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Entities, Topic } from './entities.js';
import type { EntityChanges } from './entity-changes.js';
import { handsOutMessages, statusOf, takesMessages } from './entity-description.js';
import { whenLinkEnds } from './link-end.js';
import type { RuleContext } from './management-rules.js';
import { answerManagement, type ManagementContext } from './management.js';
import { openReceiverLink } from './receiver-links.js';
import { openReplyLink, openRequestLink, REQUEST_BYTES_MAX } from './request-links.js';
import { remoteAddress, sourceFilterKeys, wantedSession } from './rhea-internals.js';
import { openSenderLink } from './sender-links.js';
import { entityDisabled, forwardsOnly, ServiceBusError } from './service-bus-error.js';
import { SessionEntity } from './session-entity.js';
import { openSessionLink } from './session-links.js';
import type { Sessions } from './sessions.js';
import type { TokenVerifier } from './token-verifier.js';
import { refuseUnsupportedReceiver, refuseUnsupportedSender } from './unsupported-links.js';

/** What tokens permit, what is counted, and what may fail on demand. */
export interface RouteOptions {
  readonly tokens: TokenVerifier;
  readonly usage: Usage;
  readonly faults: Faults;
}

/** Which entity each link is for, and whether its client may use it. */
export class EntityRoutes implements LinkRoutes {
  constructor(
    private readonly entities: Entities,
    private readonly broker: Broker,
    private readonly changes: EntityChanges,
    private readonly sessions: Sessions,
    private readonly options: RouteOptions,
  ) {}

  incoming(receiver: Receiver, client: ClientConnection): void {
    refuseUnsupportedSender(receiver);
    const { address, path } = this.authorized(remoteAddress(receiver, 'target') ?? '', client, 'Send');
    if (address.kind === 'cbs') {
      const access = { tokens: this.options.tokens, exists: (wanted: Address) => this.exists(wanted) };
      openRequestLink(receiver, client, (request) => answerPutToken(request, client, access));
      return;
    }
    if (address.kind === 'management') {
      const managed = (): ManagementContext => this.managed(address.of, path, client);
      const { entity, topic } = managed();
      const bytesMax = Math.max(REQUEST_BYTES_MAX, 2 * (topic?.limits.messageBytesMax ?? 0));
      openRequestLink(receiver, client, (request) => answerManagement(request, managed), bytesMax);
      noteLink(receiver, { path, entity, client }, endOf(receiver));
      return;
    }
    const topic = this.topicOf(address);
    if (topic === undefined) throw new ServiceBusError('amqp:not-allowed', `Nothing can be sent to '${path}'.`);
    if (!takesMessages(statusOf(topic.description.properties))) throw entityDisabled(topic.name);
    const { usage, faults } = this.options;
    openSenderLink(receiver, { topic, broker: this.broker, usage, faults, client });
    noteLink(receiver, { path, entity: topic.name, client }, endOf(receiver));
  }

  outgoing(sender: Sender, client: ClientConnection): void {
    refuseUnsupportedReceiver(sender);
    const { address, path } = this.authorized(remoteAddress(sender, 'source') ?? '', client, 'Listen');
    if (address.kind === 'cbs' || address.kind === 'management') {
      openReplyLink(sender, client);
      return;
    }
    const queue = this.queueOf(address);
    if (queue === undefined) throw new ServiceBusError('amqp:not-allowed', `Nothing can be received from '${path}'.`);
    if (!handsOutMessages(queue.status)) throw entityDisabled(queue.name);
    if (queue.forwarding !== undefined) throw forwardsOnly('receiver');
    refuseIfOrdered(this.options.faults, queue.name);
    const place = { path, entity: queue.name, client };
    const link = { broker: this.broker, usage: this.options.usage, client };
    const session = wantedSession(sender);
    if (queue instanceof SessionEntity) {
      if (session === undefined)
        throw new ServiceBusError('amqp:not-allowed', `'${path}' is received by session only.`);
      noteLink(sender, place, openSessionLink(sender, session, { ...link, entity: queue, sessions: this.sessions }));
      return;
    }
    if (sourceFilterKeys(sender).length > 0) {
      throw new ServiceBusError('amqp:not-allowed', `'${path}' has no sessions; a session filter cannot be used.`);
    }
    const stop = openReceiverLink(sender, { ...link, queue });
    noteLink(sender, place, (reason) => {
      stop();
      endOf(sender)(reason);
    });
  }

  /** What a `$management` request is about, which may be gone since its link was opened. */
  private managed(address: Address, path: string, client: ClientConnection): ManagementContext {
    const { broker, sessions } = this;
    const { usage, faults } = this.options;
    const [queue, topic] = [this.queueOf(address), this.topicOf(address)];
    const entity = queue?.name ?? topic?.name;
    if (entity === undefined) throw entityNotFound(path);
    const authorize = (needed: AccessRight): void => client.authorize(path, needed);
    return { queue, topic, rules: this.rulesOf(address), entity, broker, sessions, usage, faults, authorize };
  }

  /** A `$management` node is open to who has any right there; each of its requests needs its own. */
  private authorized(text: string, client: ClientConnection, right: AccessRight): { address: Address; path: string } {
    const path = audiencePath(text);
    const address = parseAddress(path);
    if (address?.kind === 'cbs') return { address, path };
    client.authorize(path, address?.kind === 'management' ? undefined : right);
    if (address === undefined || !this.exists(address)) throw entityNotFound(path);
    return { address, path };
  }

  private exists(address: Address): boolean {
    if (address.kind === 'management') return this.exists(address.of);
    return this.topicOf(address) !== undefined || this.queueOf(address) !== undefined;
  }

  private rulesOf(address: Address): RuleContext | undefined {
    if (address.kind !== 'subscription') return undefined;
    const { entities, changes } = this;
    return { path: address, entities, changes };
  }

  private topicOf(address: Address): Topic | undefined {
    return address.kind === 'topic' ? this.entities.topic(address.topic) : undefined;
  }

  private queueOf(address: Address): DeliveryQueue | undefined {
    switch (address.kind) {
      case 'topic':
        return this.entities.plainQueue(address.topic, false);
      case 'queue-dead-letters':
        return this.entities.plainQueue(address.queue, true);
      case 'subscription':
        return this.entities.queue(address.topic, address.subscription, address.dead);
      case 'transfer-dead-letters':
        return this.queueOf(address.of)?.transferDeadLetters;
      default:
        return undefined;
    }
  }
}

/** Notes a link with its client for as long as it is open. */
function noteLink(link: Receiver | Sender, place: Omit<OpenLink, 'end'>, end: OpenLink['end']): void {
  const forget = place.client.addLink({
    ...place,
    end: (reason) => {
      forget();
      end(reason);
    },
  });
  whenLinkEnds(link, place.client, forget);
}

function endOf(link: Receiver | Sender): OpenLink['end'] {
  return ({ condition, description }) => link.close({ condition, description });
}
