import type {
  MessageHandlers,
  ProcessErrorArgs,
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus';
import type { BrokerSettlement } from './settlement.js';
import { SettlementTurns } from './settlement-turns.js';
import { wait } from './waiting.js';

/** Milliseconds before a receiver that the SDK gave up is made anew; doubled up to the maximum. */
const RENEWAL_OF_RECEIVER_MS_MIN = 500;
const RENEWAL_OF_RECEIVER_MS_MAX = 30_000;

/** The part of a pino logger that is used. */
export interface ListenerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Which subscription, how many of its messages at once, and who takes them. */
export interface SubscriptionOptions {
  readonly topic: string;
  readonly subscription: string;
  /** Messages in hand. */
  readonly concurrency: number;
  readonly log: ListenerLog;
  /** Called before each link is opened: makes the subscription where it may be missing. What it throws is logged. */
  ensure?(): Promise<void>;
  /** Resolves when the message is settled; must not reject. */
  take(message: ServiceBusReceivedMessage): Promise<void>;
}

/** The two ends of a subscribe attempt, which the SDK calls but does not declare. */
interface LinkHandlers extends MessageHandlers {
  preInitialize(): Promise<void>;
  postInitialize(): Promise<void>;
}

/** One subscription of the bus that stays subscribed, whatever happens to the connection. */
export class Subscription {
  /** Whether messages can arrive now, as far as is known. */
  connected = false;
  private receiver: ServiceBusReceiver | undefined;
  private stopReceiving: (() => Promise<void>) | undefined;
  private readonly stopping = new AbortController();
  private readonly turns = new SettlementTurns();
  private credits = 0;
  /** Counts the links that were opened, and on which of them a message came. */
  private link = 0;
  private readonly linkOf = new WeakMap<ServiceBusReceivedMessage, number>();
  private readonly reported = new Set<string>();
  private readonly name: string;

  constructor(
    private readonly client: ServiceBusClient,
    private readonly options: SubscriptionOptions,
  ) {
    this.name = `${options.topic}/${options.subscription}`;
  }

  /** Begins to receive; returns before the link is open, and keeps trying until it is. */
  start(): void {
    const receiver = this.client.createReceiver(this.options.topic, this.options.subscription, {
      receiveMode: 'peekLock',
      maxAutoLockRenewalDurationInMs: 0,
    });
    const subscription = receiver.subscribe(this.handlers(), {
      autoCompleteMessages: false,
      maxConcurrentCalls: this.options.concurrency,
      abortSignal: this.stopping.signal,
    });
    this.receiver = receiver;
    this.stopReceiving = () => subscription.close();
  }

  /**
   * Settles a message. Never throws: where the lock is lost or the bus away, the message comes again by itself. So does
   * one whose link is gone, for which the SDK would wait until its timeout, taking the answers to messages of the new
   * link for its own.
   */
  async settle(message: ServiceBusReceivedMessage, settlement: BrokerSettlement): Promise<boolean> {
    if (this.linkOf.get(message) !== this.link) return false;
    try {
      await this.turns.enter(settlement.kind);
      await this.settleAtBroker(message, settlement);
      return true;
    } catch (error) {
      this.report(`settle ${codeOf(error)}`, error, 'a message could not be settled and will come again');
      return false;
    }
  }

  /** Renews the lock of a message. False when the lock is lost, so that the message comes again. */
  async renewLock(message: ServiceBusReceivedMessage): Promise<boolean> {
    try {
      await this.current().renewMessageLock(message);
      return true;
    } catch (error) {
      this.report(`renew ${codeOf(error)}`, error, 'the lock of a message could not be renewed');
      return codeOf(error) !== 'MessageLockLost';
    }
  }

  /** Receives nothing more; what is in hand can still be settled. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.quietly(() => this.stopReceiving?.());
  }

  /** Closes the link. */
  async close(): Promise<void> {
    await this.quietly(() => this.receiver?.close());
    this.connected = false;
  }

  private handlers(): LinkHandlers {
    return {
      processMessage: (message) => this.process(message),
      processError: (args) => this.processError(args),
      preInitialize: async () => {
        this.connected = false;
        this.link += 1;
        await this.options.ensure?.();
      },
      postInitialize: async () => {
        this.connected = true;
        this.reported.clear();
        this.options.log.info({ subscription: this.name }, 'listening');
      },
    };
  }

  /**
   * The SDK gives the broker one credit when this returns. After a reconnection it has also given all of them anew, so
   * that a message which exceeds the limit keeps its credit: its promise never resolves.
   */
  private async process(message: ServiceBusReceivedMessage): Promise<void> {
    this.linkOf.set(message, this.link);
    const exceeds = this.credits >= this.options.concurrency;
    if (!exceeds) this.credits += 1;
    await this.options.take(message);
    if (exceeds) await new Promise<never>(() => undefined);
    this.credits -= 1;
  }

  private async processError({ error, errorSource }: ProcessErrorArgs): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (errorSource === 'receive') this.connected = false;
    this.report(`${errorSource} ${codeOf(error)}`, error, 'the subscription has a problem and keeps trying');
    // The SDK tries for ever, except after an abort, which it also raises when its link was closed for good.
    if (error.name === 'AbortError') void this.startAnew();
  }

  private async startAnew(): Promise<void> {
    await this.quietly(() => this.receiver?.close());
    for (let ms = RENEWAL_OF_RECEIVER_MS_MIN; await wait(ms, this.stopping.signal);) {
      try {
        this.start();
        return;
      } catch (error) {
        this.report(`start ${codeOf(error)}`, error, 'the subscription cannot be opened');
        ms = Math.min(ms * 2, RENEWAL_OF_RECEIVER_MS_MAX);
      }
    }
  }

  private settleAtBroker(message: ServiceBusReceivedMessage, settlement: BrokerSettlement): Promise<void> {
    const receiver = this.current();
    switch (settlement.kind) {
      case 'complete':
        return receiver.completeMessage(message);
      case 'abandon':
        return receiver.abandonMessage(message);
      case 'dead-letter':
        return receiver.deadLetterMessage(message, {
          deadLetterReason: settlement.reason,
          deadLetterErrorDescription: settlement.description,
        });
    }
  }

  private current(): ServiceBusReceiver {
    if (this.receiver === undefined) throw new Error(`${this.name} was not started`);
    return this.receiver;
  }

  /** Logs a condition when it begins, and again only after the subscription was well in between. */
  private report(condition: string, error: unknown, text: string): void {
    if (this.reported.has(condition)) return;
    this.reported.add(condition);
    this.options.log.warn({ subscription: this.name, condition, error: messageOf(error) }, text);
  }

  /** Closing something that is broken already is no problem. */
  private async quietly(close: () => Promise<void> | undefined): Promise<void> {
    try {
      await close();
    } catch (error) {
      this.report(`close ${codeOf(error)}`, error, 'the subscription could not be closed in order');
    }
  }
}

/** The SDK's code, or the name of any other error. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
