import { SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { DEFAULT_PLAN, USAGE_PLANS_MAX, usagePlanAssigned, usagePlanChanged } from '@ballast/contracts/accounts';
import type { SetUsagePlanRequest, UsagePlanList, UsagePlanView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { traceNow } from './adapters/trace-now.js';
import { PLANS_SUBJECT, UsageStore, usageEvent } from './adapters/usage.store.js';
import { withPlan } from './domain/api-key.js';
import { newUsage, planNamed, withPlanOfItsOwn } from './domain/usage.js';

/** Makes usage plans and gives them to users and API keys. */
@Injectable()
export class SetUsagePlans {
  constructor(
    private readonly usages: UsageStore,
    private readonly keys: ApiKeyStore,
    private readonly clock: Clock,
  ) {}

  /** Every plan, the default one among them. */
  async list(): Promise<UsagePlanList> {
    const plans = { [DEFAULT_PLAN.name]: DEFAULT_PLAN, ...(await this.usages.plans()) };
    return { items: Object.values(plans).sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  /** One plan. Throws the problem `not-found`. */
  async one(name: string): Promise<UsagePlanView> {
    const plan = (await this.list()).items.find((known) => known.name === name);
    if (plan === undefined) throw new ProblemException('not-found');
    return plan;
  }

  /**
   * Makes the plan or changes it; `check` may throw by what it was, `undefined` before there was any. Throws the problem
   * `conflict` where there are too many.
   */
  set(
    name: string,
    request: SetUsagePlanRequest,
    changedBy: string,
    check: (before: UsagePlanView | undefined) => void,
  ): Promise<UsagePlanView> {
    const { ratePerSecond, burst, quotaPerMonth } = request;
    const plan = { name, ratePerSecond, burst, quotaPerMonth };
    return this.usages.changePlans((stored) => {
      check(stored.plans[name] ?? (name === DEFAULT_PLAN.name ? DEFAULT_PLAN : undefined));
      if (isSame(stored.plans[name], plan)) return { result: plan };
      const plans = { ...stored.plans, [name]: plan };
      if (Object.keys(plans).length > USAGE_PLANS_MAX) {
        throw new ProblemException('conflict', { detail: `There are ${USAGE_PLANS_MAX} plans already.` });
      }
      const version = (stored.versions[name] ?? 0) + 1;
      const aggregate = { id: `plan_${name}`, version, subject: PLANS_SUBJECT };
      const event = this.event(usagePlanChanged, aggregate, { ...plan, changedBy });
      const head = { ...stored, plans, versions: { ...stored.versions, [name]: version } };
      return { head, operations: [usageEvent(event)], result: plan };
    });
  }

  /**
   * Gives the plan to a user or an API key; `check` may throw by the name of the one before. Throws the problems
   * `invalid-request` for a plan that is not there and `not-found` for a key that is not there.
   */
  async assign(subject: string, name: string, assignedBy: string, check: (before: string) => void): Promise<void> {
    const plans = await this.usages.plans();
    const plan = planNamed(plans, name);
    if (plan.name !== name) throw noSuchPlan();
    const data = { subject, plan: name, assignedBy };
    if (subject.startsWith('key_')) {
      const occasion = { time: this.clock.iso(), trace: traceNow(this.clock) };
      const key = await this.keys.change(subject, (stored) => {
        check(planNamed(plans, stored.plan).name);
        return withPlan(stored, name, { assignedBy, ...occasion });
      });
      if (key === undefined) throw new ProblemException('not-found');
      return;
    }
    await this.usages.change(subject, (stored) => {
      check(planNamed(plans, stored?.planName).name);
      const usage = stored ?? newUsage(subject, plan, this.clock.now());
      if (usage.planName === name) return { result: undefined };
      const head = withPlanOfItsOwn(usage, name);
      const event = this.event(usagePlanAssigned, { id: `usage_${subject}`, version: head.version, subject }, data);
      return { head, operations: [usageEvent(event, subject)], result: undefined };
    });
  }

  private event<Data extends object>(
    { topic, type }: EventDeclaration<Data>,
    { id, version, subject }: { id: string; version: number; subject: string },
    data: Data,
  ): EventEnvelope<Data> {
    const { correlationId, causationId, traceparent } = traceNow(this.clock);
    return {
      ...{ id: `${topic}:${id}:${version}`, type, source: `/${topic}`, subject, time: this.clock.iso() },
      ...{ partitionkey: SYSTEM_PARTITION, correlationid: correlationId },
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(causationId === undefined ? {} : { causationid: causationId }),
      data,
    };
  }
}

/** The problem of a request that names a plan that is not there. */
export function noSuchPlan(): ProblemException {
  return new ProblemException('invalid-request', { errors: [{ pointer: '/plan', detail: 'is not a usage plan' }] });
}

function isSame(a: UsagePlanView | undefined, b: UsagePlanView): boolean {
  return a?.ratePerSecond === b.ratePerSecond && a.burst === b.burst && a.quotaPerMonth === b.quotaPerMonth;
}
