import { API_KEY_DAYS_MAX } from '@ballast/contracts/accounts';
import type { ApiKeySecretView, CreateApiKeyRequest } from '@ballast/contracts/accounts';
import { DocumentConflict } from '@ballast/cosmos';
import { Clock, ProblemException, isAddressRange } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { keySecretHash, newKeySecret } from './adapters/key-secrets.js';
import { traceNow } from './adapters/trace-now.js';
import { UsageStore } from './adapters/usage.store.js';
import { apiKeyIdOf, apiKeyViewOf, newApiKey } from './domain/api-key.js';
import type { RequestMark } from './domain/api-key.js';
import { planNamed } from './domain/usage.js';
import { noSuchPlan } from './set-usage-plans.js';

/** Keys of one user that are not revoked, at most. */
export const KEYS_PER_USER_MAX = 100;
const DAY_MS = 86_400_000;

/** Somebody asks for a key that acts for them. */
export interface CreateApiKeyCommand {
  readonly caller: Caller;
  readonly request: CreateApiKeyRequest;
  readonly madeBy: RequestMark;
}

/** Makes an API key, exactly once per user and idempotency key, and shows its secret that once. */
@Injectable()
export class CreateApiKey {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly usages: UsageStore,
    private readonly clock: Clock,
  ) {}

  /**
   * The new key with its secret, or the one that the same request made earlier, without. Throws the problems
   * `idempotency-key-reused`, `invalid-request`, `forbidden` for a plan that the caller may not give, and `conflict`.
   */
  async execute({ caller, request, madeBy }: CreateApiKeyCommand): Promise<ApiKeySecretView> {
    this.check(caller, request);
    const keyId = apiKeyIdOf(caller.userId, madeBy.idempotencyKey);
    const secret = newKeySecret(keyId);
    const asked = { ownerId: caller.userId, request, madeBy, secretHash: keySecretHash(secret) };
    const made = newApiKey(asked, { time: this.clock.iso(), trace: traceNow(this.clock) });
    const earlier = await this.madeEarlier(keyId, madeBy);
    if (earlier !== undefined) return earlier;
    await this.requirePlan(request.plan);
    await this.requireRoom(caller.userId);
    try {
      await this.keys.create(made);
      return { ...apiKeyViewOf(made.key, this.clock.now()), secret };
    } catch (error) {
      const sameRequest = error instanceof DocumentConflict ? await this.madeEarlier(keyId, madeBy) : undefined;
      if (sameRequest === undefined) throw error;
      return sameRequest;
    }
  }

  private check({ role }: Caller, { expiresAt, allowedAddresses = [], plan }: CreateApiKeyRequest): void {
    if (plan !== undefined && role !== 'admin') {
      throw new ProblemException('forbidden', { detail: 'Only an admin gives a key a usage plan of its own.' });
    }
    const days = expiresAt === undefined ? 1 : (Date.parse(expiresAt) - this.clock.now()) / DAY_MS;
    const wrongEnd = { pointer: '/expiresAt', detail: `must be within the next ${API_KEY_DAYS_MAX} days` };
    const errors = [
      ...(days > 0 && days <= API_KEY_DAYS_MAX ? [] : [wrongEnd]),
      ...allowedAddresses.flatMap((text, index) =>
        isAddressRange(text)
          ? []
          : [{ pointer: `/allowedAddresses/${index}`, detail: 'must be an address or a range in CIDR notation' }],
      ),
    ];
    if (errors.length > 0) throw new ProblemException('invalid-request', { errors });
  }

  private async requirePlan(name: string | undefined): Promise<void> {
    if (name !== undefined && planNamed(await this.usages.plans(), name).name !== name) throw noSuchPlan();
  }

  private async requireRoom(ownerId: string): Promise<void> {
    const live = await this.keys.list({ ownerId, unrevoked: true, limit: KEYS_PER_USER_MAX });
    if (live.length < KEYS_PER_USER_MAX) return;
    throw new ProblemException('conflict', { detail: `You have ${KEYS_PER_USER_MAX} keys; revoke one first.` });
  }

  private async madeEarlier(keyId: string, { requestHash }: RequestMark): Promise<ApiKeySecretView | undefined> {
    const earlier = await this.keys.find(keyId);
    if (earlier === undefined) return undefined;
    if (earlier.document.madeBy.requestHash !== requestHash) throw new ProblemException('idempotency-key-reused');
    return apiKeyViewOf(earlier.document, this.clock.now());
  }
}
