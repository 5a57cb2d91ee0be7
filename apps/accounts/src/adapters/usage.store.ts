import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { UsagePlanView } from '@ballast/contracts/accounts';
import { ContainerStore, HeadStore, eventRow } from '@ballast/cosmos';
import type { Change } from '@ballast/cosmos';
import { Clock, InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { USAGE_ID } from '../domain/usage.js';
import type { Usage } from '../domain/usage.js';

/** The partition with the plans of the product, and the subject of their events, which lie in it. */
export const PLANS_SUBJECT = '_plans';
const PLANS_ID = 'plans';
/** Milliseconds for which the plans are not read again. */
const PLANS_FRESH_MS = 1_000;

/** All plans of the product, in one document. */
export interface UsagePlans {
  readonly id: typeof PLANS_ID;
  readonly productId: string;
  readonly usageOf: typeof PLANS_SUBJECT;
  readonly kind: 'plans';
  readonly plans: Readonly<Record<string, UsagePlanView>>;
  /** How often each was set. */
  readonly versions: Readonly<Record<string, number>>;
}

/** No plan yet. */
export const NO_PLANS: UsagePlans = {
  ...{ id: PLANS_ID, productId: PRODUCT_ID, usageOf: PLANS_SUBJECT, kind: 'plans' },
  ...{ plans: {}, versions: {} },
};

/** The plans, and what is used of them: a document per subject, each change under its ETag. */
@Injectable()
export class UsageStore {
  private readonly usages: HeadStore<Usage>;
  private readonly planBook: HeadStore<UsagePlans>;
  private known: { plans: UsagePlans['plans']; readAtMs: number } | undefined;

  constructor(
    @InjectStore('usage_plans') private readonly store: ContainerStore,
    private readonly clock: Clock,
  ) {
    this.usages = new HeadStore<Usage>(store, { headId: () => USAGE_ID });
    this.planBook = new HeadStore<UsagePlans>(store, { headId: () => PLANS_ID });
  }

  /** The plans by name, as they were at most a second ago. */
  async plans(): Promise<UsagePlans['plans']> {
    const nowMs = this.clock.now();
    if (this.known !== undefined && Math.abs(nowMs - this.known.readAtMs) < PLANS_FRESH_MS) return this.known.plans;
    const stored = await this.store.read<UsagePlans>(PLANS_ID, [PRODUCT_ID, PLANS_SUBJECT]);
    const { plans } = stored?.document ?? NO_PLANS;
    this.known = { plans, readAtMs: nowMs };
    return plans;
  }

  /** Changes the plans. */
  async changePlans<Result>(decide: (plans: UsagePlans) => Change<UsagePlans, Result>): Promise<Result> {
    const result = await this.planBook.change([PRODUCT_ID, PLANS_SUBJECT], (head) => decide(head ?? NO_PLANS));
    this.known = undefined;
    return result;
  }

  /** Changes what is stored of a subject; it is decided again from fresh facts when another replica was faster. */
  change<Result>(subject: string, decide: (usage: Usage | undefined) => Change<Usage, Result>): Promise<Result> {
    return this.usages.change([PRODUCT_ID, subject], decide);
  }

  /** What is stored of a subject now, or `undefined`. */
  async find(subject: string): Promise<Usage | undefined> {
    return (await this.store.read<Usage>(USAGE_ID, [PRODUCT_ID, subject]))?.document;
  }
}

/** The operation that publishes an event of the plans (`undefined`) or of a subject. */
export function usageEvent(event: EventEnvelope, subject: string = PLANS_SUBJECT): { create: object } {
  return { create: eventRow(event, { productId: PRODUCT_ID, usageOf: subject }) };
}
