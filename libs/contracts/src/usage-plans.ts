import { declareEvent } from './event.js';
import { CountField, IdField, InstantField, ListField, NestedField, TextField } from './fields.js';
import { USER_ID_PATTERN } from './ids.js';

/** What everybody has who was given nothing else: requests a second, at once, and in a month of UTC. */
export const DEFAULT_PLAN = {
  name: 'default',
  ratePerSecond: 1_000,
  burst: 2_000,
  quotaPerMonth: 100_000_000,
} as const;
/** Plans of one product, at most. */
export const USAGE_PLANS_MAX = 100;
/** A name of a plan. */
export const PLAN_NAME_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;
/** Whose usage is counted: a user, or an API key with a plan of its own. */
export const USAGE_SUBJECT_PATTERN = /^(usr|key)_[0-9a-hjkmnp-tv-z]{26}$/;

const RATE_MAX = 100_000;
const BURST_MAX = 200_000;
const QUOTA_MAX = 1_000_000_000_000;

export class SetUsagePlanRequest {
  @CountField({ description: 'Requests a second in the long run.', min: 1, max: RATE_MAX, example: 50 })
  ratePerSecond!: number;
  @CountField({ description: 'Requests at once after a pause.', min: 1, max: BURST_MAX, example: 100 })
  burst!: number;
  @CountField({ description: 'Requests in a calendar month of UTC.', min: 1, max: QUOTA_MAX, example: 1_000_000 })
  quotaPerMonth!: number;
}

export class UsagePlanView extends SetUsagePlanRequest {
  @TextField({ description: 'Its name.', lengthMax: 32, pattern: PLAN_NAME_PATTERN, example: 'partner' })
  name!: string;
}

export class UsagePlanList {
  @ListField(() => UsagePlanView, { description: 'In the order of their names.', itemsMax: USAGE_PLANS_MAX })
  items!: UsagePlanView[];
}

export class AssignUsagePlanRequest {
  @TextField({ description: 'The name of the plan.', lengthMax: 32, pattern: PLAN_NAME_PATTERN, example: 'partner' })
  plan!: string;
}

export class UsageView {
  @IdField(USAGE_SUBJECT_PATTERN, { description: 'Whose usage this is: a user, or an API key with a plan of its own.' })
  subject!: string;
  @NestedField(() => UsagePlanView, { description: 'The plan.' })
  plan!: UsagePlanView;
  @CountField({
    description: 'Requests of this month, with those that gateways have reserved.',
    min: 0,
    max: QUOTA_MAX,
  })
  used!: number;
  @CountField({ description: 'Requests that are left of this month.', min: 0, max: QUOTA_MAX })
  remaining!: number;
  @InstantField({ description: 'When the month ends.' })
  monthEndsAt!: string;
}

/** Requests that one gateway asks for in advance, at most. */
export const LEASE_TOKENS_MAX = BURST_MAX;

/** What a gateway asks of accounts, in the name of a caller: some of what their plan allows. */
export class LeaseUsageRequest {
  @IdField(USAGE_SUBJECT_PATTERN, { description: 'Whose usage it is.' })
  subject!: string;
  @CountField({ description: 'Requests asked for; 0 to give back only.', min: 0, max: LEASE_TOKENS_MAX })
  wanted!: number;
  @CountField({ description: 'Requests got earlier and not used.', min: 0, max: LEASE_TOKENS_MAX })
  returned!: number;
  @CountField({ description: 'Requests let through while accounts was away.', min: 0, max: QUOTA_MAX })
  owed!: number;
}

export class UsageLeaseView {
  @NestedField(() => UsagePlanView, { description: 'The plan.' })
  plan!: UsagePlanView;
  @CountField({ description: 'Requests that the gateway may let through.', min: 0, max: LEASE_TOKENS_MAX })
  granted!: number;
  @CountField({
    description: 'Thousandths of a request that are left in the bucket; below zero it is in debt.',
    min: -BURST_MAX * 1_000,
    max: BURST_MAX * 1_000,
  })
  availableMilli!: number;
  @CountField({ description: 'Requests that are left of this month.', min: 0, max: QUOTA_MAX })
  quotaRemaining!: number;
  @InstantField({ description: 'When the month ends.' })
  monthEndsAt!: string;
}

export class UsagePlanChangedV1 extends UsagePlanView {
  @IdField(USER_ID_PATTERN, { description: 'Who set it.' })
  changedBy!: string;
}

export class UsagePlanAssignedV1 {
  @IdField(USAGE_SUBJECT_PATTERN, { description: 'The user or the API key that has the plan now.' })
  subject!: string;
  @TextField({ description: 'The name of the plan.', lengthMax: 32 })
  plan!: string;
  @IdField(USER_ID_PATTERN, { description: 'Who assigned it.' })
  assignedBy!: string;
}

export const usagePlanChanged = declareEvent(
  'accounts',
  'plan.changed.v1',
  UsagePlanChangedV1,
  'A usage plan was made, or allows something else now.',
);
export const usagePlanAssigned = declareEvent(
  'accounts',
  'plan.assigned.v1',
  UsagePlanAssignedV1,
  'A user or an API key has another usage plan now.',
);

/** Every event of usage plans. */
export const USAGE_PLAN_EVENTS = [usagePlanChanged, usagePlanAssigned];
