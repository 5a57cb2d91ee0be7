import type { LeaseUsageRequest, UsageLeaseView, UsagePlanView, UsageView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { UsageStore } from './adapters/usage.store.js';
import { leased, newUsage, planNamed, usageViewOf } from './domain/usage.js';
import type { Usage } from './domain/usage.js';

/** Gives gateways some of what a caller's plan allows, so that no request has to ask for itself. */
@Injectable()
export class LeaseUsage {
  constructor(
    private readonly usages: UsageStore,
    private readonly keys: ApiKeyStore,
    private readonly clock: Clock,
  ) {}

  /** What is granted, counted as used from now on. Throws the problem `forbidden` for a subject that is not the caller. */
  async execute(caller: Caller, request: LeaseUsageRequest): Promise<UsageLeaseView> {
    const { subject } = request;
    if (subject !== caller.userId && subject !== caller.sessionId) throw new ProblemException('forbidden');
    const planOf = await this.plansOf(subject);
    return this.usages.change(subject, (stored) => {
      const plan = planOf(stored);
      const nowMs = this.clock.now();
      const { usage, lease } = leased(stored ?? newUsage(subject, plan, nowMs), plan, { ...request, nowMs });
      return { head: usage, result: lease };
    });
  }

  /** What a subject has used of its plan this month. */
  async show(subject: string): Promise<UsageView> {
    const [planOf, stored] = await Promise.all([this.plansOf(subject), this.usages.find(subject)]);
    const plan = planOf(stored);
    const nowMs = this.clock.now();
    return usageViewOf(stored ?? newUsage(subject, plan, nowMs), plan, nowMs);
  }

  /** The caller's own: of an API key with a plan of its own the key's, else the user's. */
  async showOwn({ userId, sessionId = '' }: Caller): Promise<UsageView> {
    const key = sessionId.startsWith('key_') ? await this.keys.find(sessionId) : undefined;
    return this.show(key?.document.plan === undefined ? userId : sessionId);
  }

  /** An API key's plan is its own affair; a user's is with what they used. */
  private async plansOf(subject: string): Promise<(usage: Usage | undefined) => UsagePlanView> {
    const plans = await this.usages.plans();
    const own = subject.startsWith('key_') ? (await this.keys.find(subject))?.document.plan : undefined;
    return (usage) => planNamed(plans, own ?? usage?.planName);
  }
}
