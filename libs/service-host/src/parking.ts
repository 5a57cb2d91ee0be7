import { randomUUID } from 'node:crypto';
import type { ServiceBusClient } from '@azure/service-bus';
import { DeadLetters } from '@ballast/service-bus';
import type { DeadLetter, DeadLetterSource, ParkedMessage, Redriven } from '@ballast/service-bus';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { ParkedAggregate, ParkedList, ParkedRow } from './parked-list.js';

/** Milliseconds after which a redrive answers with what it has done so far; less than a caller waits. */
const REDRIVE_CALL_MS_MAX = 5_000;
/** Dead letters of each subscription that one call looks at. */
export const DEAD_LETTERS_MAX = 100;

/** Handles a parked message again. */
export interface Redriver {
  redrive(message: ParkedMessage): Promise<Redriven>;
}

/** How a redrive ended: how many were handled now, how many are left, and why it stopped before the end. */
export interface RedriveResult {
  readonly redriven: number;
  readonly left: number;
  readonly stopped?: string;
}

/** What operators do with the messages of one service that could not be handled: look, redrive in order, drop. */
@Injectable()
export class Parking implements OnApplicationBootstrap, OnApplicationShutdown {
  private redriver: Redriver | undefined;
  private deadLetters: DeadLetters | undefined;

  constructor(
    readonly list: ParkedList,
    /** Whether a message may be given up; not where each has to be kept, as in audit. */
    readonly mayDrop: boolean,
  ) {}

  /** Says who handles the messages that are redriven, and of which subscriptions they come. */
  connect(redriver: Redriver, client: ServiceBusClient, sources: readonly DeadLetterSource[]): void {
    this.redriver = redriver;
    this.deadLetters = new DeadLetters(client, sources);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.list.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.list.stop();
  }

  /** The aggregate as it is parked now, or `undefined`. */
  async aggregate(subject: string): Promise<ParkedAggregate | undefined> {
    const aggregates = await this.list.aggregates();
    return Object.hasOwn(aggregates, subject) ? aggregates[subject] : undefined;
  }

  /** Its messages in the order in which they will be handled. */
  async messages({ messages }: ParkedAggregate): Promise<ParkedRow[]> {
    const rows = await Promise.all(messages.map((key) => this.list.message(key)));
    return rows.filter((row) => row !== undefined);
  }

  /**
   * Handles the parked messages of an aggregate, in order, until one is not handled, or five seconds are over; a message
   * leaves the list when it was handled. `undefined` where nothing is parked; one redrive of an aggregate at a time.
   */
  async redrive(subject: string, actor: string): Promise<RedriveResult | undefined> {
    const by = randomUUID();
    if ((await this.aggregate(subject)) === undefined) return undefined;
    if (!(await this.list.claim(subject, by))) return this.resultOf(subject, 0, 'somebody else redrives it now');
    let cause: Redriven | undefined;
    let redriven = 0;
    try {
      for (const endMs = Date.now() + REDRIVE_CALL_MS_MAX; Date.now() < endMs; redriven += 1) {
        cause = await this.redriveFirst(subject, actor);
        if (cause?.kind !== 'handled') break;
      }
    } finally {
      await this.list.release(subject, by, cause?.kind === 'parked' ? causeOf(cause) : undefined);
    }
    return this.resultOf(subject, redriven, stoppedBy(cause));
  }

  /** Gives one message up, if its service lets go of messages; false when it is not parked. */
  async drop(subject: string, messageId: string, why: { actor: string; reason: string }): Promise<boolean> {
    const aggregate = await this.aggregate(subject);
    if (aggregate === undefined) return false;
    const row = (await this.messages(aggregate)).find(({ message }) => message.messageId === messageId);
    return row !== undefined && this.list.remove(row, { fact: 'dropped', ...why });
  }

  /** The oldest dead letters of each subscription. */
  listDeadLetters(): Promise<DeadLetter[]> {
    return this.deadLetters?.list(DEAD_LETTERS_MAX) ?? Promise.resolve([]);
  }

  /** Handles dead letters again, in order; one whose aggregate is parked goes behind what is parked. */
  async redriveDeadLetters(): Promise<RedriveResult> {
    const { redriver } = this;
    if (redriver === undefined || this.deadLetters === undefined) return { redriven: 0, left: 0 };
    return this.deadLetters.redrive(DEAD_LETTERS_MAX, async (message) => {
      if (this.list.holds(message.subject) && (await this.list.queue(message))) return { kind: 'handled' };
      return redriver.redrive(message);
    });
  }

  /** Removes a dead letter; false when it is not among the oldest of its subscription. */
  async dropDeadLetter(source: DeadLetterSource, sequenceNumber: string): Promise<boolean> {
    return (await this.deadLetters?.drop(source, sequenceNumber, DEAD_LETTERS_MAX)) ?? false;
  }

  /** `undefined` when there is no message left. */
  private async redriveFirst(subject: string, actor: string): Promise<Redriven | undefined> {
    const [key] = (await this.aggregate(subject))?.messages ?? [];
    const row = key === undefined ? undefined : await this.list.message(key);
    if (row === undefined || this.redriver === undefined) return undefined;
    const outcome = await this.redriver.redrive(row.message);
    if (outcome.kind === 'handled') await this.list.remove(row, { fact: 'redriven', actor });
    return outcome;
  }

  private async resultOf(subject: string, redriven: number, stopped: string | undefined): Promise<RedriveResult> {
    const left = (await this.aggregate(subject))?.messages.length ?? 0;
    return { redriven, left, ...(stopped === undefined || left === 0 ? {} : { stopped }) };
  }
}

function causeOf({ reason, description }: Extract<Redriven, { kind: 'parked' }>) {
  return { reason, description };
}

function stoppedBy(outcome: Redriven | undefined): string | undefined {
  if (outcome === undefined || outcome.kind === 'handled') return undefined;
  return outcome.kind === 'later' ? 'a precondition is not met yet' : `${outcome.reason}: ${outcome.description}`;
}
