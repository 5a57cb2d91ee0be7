import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@ballast/contracts';
import type { UsageLeaseView } from '@ballast/contracts/accounts';
import { Clock, ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { SLICE_TTL_MS, SubjectUsage } from '../domain/subject-usage.js';
import type { Standing, Verdict } from '../domain/subject-usage.js';
import { Owners, jsonOf } from './owners.js';

/** Users and keys whose usage is counted at once; the one that came first goes. */
const SUBJECTS_MAX = 50_000;
/** Milliseconds that a stop waits for slices to go back. */
const GIVE_BACK_MS_MAX = 2_000;
/** Milliseconds without a request after which a subject is forgotten. */
const IDLE_MS_MAX = 600_000;

/** What became of one request, and what its caller is told. */
export interface Admission {
  readonly verdict: Exclude<Verdict, 'ask'>;
  readonly standing: Standing;
  readonly retryAfterSeconds: number;
}

interface Entry {
  readonly subject: string;
  readonly usage: SubjectUsage;
  /** Of the latest request: accounts is asked in the caller's name. */
  authorization: string;
  usedAtMs: number;
  waiting: number;
  asking?: Promise<void> | undefined;
}

/** Counts requests against usage plans with slices that accounts leases; one ask of a subject at a time. */
@Injectable()
export class UsageLeases implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly entries = new Map<string, Entry>();
  private sweeping: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly owners: Owners,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /** Decides on a request of the subject; a promise only where accounts has to be asked first. */
  admit(subject: string, authorization: string): Admission | Promise<Admission> {
    const entry = this.entryOf(subject, authorization);
    const nowMs = this.clock.now();
    const verdict = entry.usage.take(nowMs);
    if (verdict === 'ask') return this.afterAsking(entry);
    if (entry.usage.wantsMore(nowMs)) void this.ask(entry);
    return admissionOf(entry.usage, nowMs, verdict);
  }

  onApplicationBootstrap(): void {
    this.sweeping = setInterval(() => this.sweep(), SLICE_TTL_MS).unref();
  }

  /** What is held goes back, so that a restart costs nobody anything of their month. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.sweeping);
    const returns = [...this.entries.values()].map((entry) => this.giveBack(entry));
    await Promise.race([Promise.all(returns), delay(GIVE_BACK_MS_MAX, undefined, { ref: false })]);
  }

  /** Gives back what was held too long, and forgets who has not been here for long. */
  sweep(): void {
    const nowMs = this.clock.now();
    for (const entry of this.entries.values()) {
      if (nowMs - entry.usedAtMs > IDLE_MS_MAX) this.entries.delete(entry.subject);
      if (entry.asking === undefined && entry.usage.isStale(nowMs)) void this.giveBack(entry);
    }
  }

  private async afterAsking(entry: Entry): Promise<Admission> {
    entry.waiting += 1;
    try {
      for (;;) {
        await this.ask(entry);
        const nowMs = this.clock.now();
        const verdict = entry.usage.take(nowMs);
        if (verdict !== 'ask') return admissionOf(entry.usage, nowMs, verdict);
      }
    } finally {
      entry.waiting -= 1;
    }
  }

  /** Never rejects. */
  private ask(entry: Entry): Promise<void> {
    entry.asking ??= this.lease(entry).finally(() => (entry.asking = undefined));
    return entry.asking;
  }

  private async lease(entry: Entry): Promise<void> {
    const { usage } = entry;
    const request = usage.request(entry.waiting);
    const askedAtMs = this.clock.now();
    const lease = await this.askAccounts(entry, request);
    const nowMs = this.clock.now();
    if (lease === undefined) usage.fail(request.owed, nowMs);
    else usage.grant(lease, { wanted: request.wanted, askedAtMs, nowMs });
  }

  private async giveBack(entry: Entry): Promise<void> {
    const returned = entry.usage.giveBack();
    if (returned > 0) await this.askAccounts(entry, { wanted: 0, returned, owed: 0 });
  }

  /** The answer, or `undefined` where there is none. */
  private async askAccounts(
    { subject, authorization }: Entry,
    request: { wanted: number; returned: number; owed: number },
  ): Promise<UsageLeaseView | undefined> {
    const body = { subject, ...request };
    try {
      const headers = { authorization };
      const answer = await this.owners.ask('accounts', {
        ...{ method: 'POST', path: '/internal/usage/leases', body, headers },
      });
      if (answer.status === 200) return jsonOf<UsageLeaseView>(answer);
      this.log.warn({ subject, status: answer.status }, 'accounts leases no usage');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Where everything stops together, accounts may be gone already.
      if (!this.isStopping) this.log.warn({ subject, err: error }, 'accounts cannot be asked for usage');
    }
    return undefined;
  }

  private entryOf(subject: string, authorization: string): Entry {
    const usedAtMs = this.clock.now();
    const known = this.entries.get(subject);
    if (known !== undefined) return Object.assign(known, { authorization, usedAtMs });
    const entry = { subject, usage: new SubjectUsage(usedAtMs), authorization, usedAtMs, waiting: 0 };
    this.entries.set(subject, entry);
    for (const first of this.entries.values()) {
      if (this.entries.size <= SUBJECTS_MAX) break;
      this.entries.delete(first.subject);
      void this.giveBack(first);
    }
    return entry;
  }
}

function admissionOf(usage: SubjectUsage, nowMs: number, verdict: Admission['verdict']): Admission {
  const standing = usage.standing(nowMs, verdict);
  const retryAfterSeconds = verdict === 'pass' ? 0 : usage.retryAfterSeconds(nowMs, verdict);
  return { verdict, standing, retryAfterSeconds };
}
