import { DEFAULT_PLAN } from '@ballast/contracts/accounts';
import type { LeaseUsageRequest, UsageLeaseView } from '@ballast/contracts/accounts';
import { monthEndMs } from '@ballast/service-host';
import type { SeenRequest } from './fake-owner.js';

/** What an accounts answers to `POST /internal/usage/leases` that grants whatever is asked for. */
export function grantEverything({ body }: SeenRequest): { body: UsageLeaseView } {
  const { wanted } = JSON.parse(body) as LeaseUsageRequest;
  const { burst, quotaPerMonth } = DEFAULT_PLAN;
  return {
    body: {
      ...{ plan: DEFAULT_PLAN, granted: wanted, availableMilli: (burst - wanted) * 1_000 },
      quotaRemaining: quotaPerMonth - wanted,
      monthEndsAt: new Date(monthEndMs(Date.now())).toISOString(),
    },
  };
}
