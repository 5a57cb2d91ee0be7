import { randomBytes } from 'node:crypto';
import type { ServiceBusAdministrationClient } from '@azure/service-bus';
import { DELIVERY_COUNT_MAX, LOCK_DURATION_SECONDS } from '@ballast/contracts';
import type { ReplicaSubscriptionDeclaration } from '@ballast/contracts';

/** Characters that the name of a subscription may have at the service. */
const NAME_CHARS_MAX = 50;
/** Bytes of chance in the name: two replicas that start at the same moment have different ones. */
const NAME_BYTES = 8;
const CONFLICT = 409;
/** Milliseconds within which the broker must have answered; the link is tried again. */
const ANSWER_MS_MAX = 10_000;

/**
 * The subscription that this process alone hears, of every topic that its consumer is declared for: made when it is
 * first wanted, made again where the broker has deleted it, and gone some minutes after nobody hears it any more.
 */
export class ReplicaSubscription {
  /** Its name, the same in every topic. */
  readonly name: string;
  private readonly made = new Set<string>();

  constructor(
    private readonly administration: ServiceBusAdministrationClient,
    private readonly declared: ReplicaSubscriptionDeclaration,
  ) {
    this.name = `${declared.name}-${randomBytes(NAME_BYTES).toString('hex')}`.slice(-NAME_CHARS_MAX);
  }

  get topics(): readonly string[] {
    return this.declared.topics;
  }

  /** Makes it in this topic unless it is there. Throws what the broker answers while it cannot be made. */
  async ensure(topic: string): Promise<void> {
    const idle = `PT${this.declared.autoDeleteOnIdleSeconds}S`;
    try {
      await this.administration.createSubscription(topic, this.name, {
        autoDeleteOnIdle: idle,
        defaultMessageTimeToLive: idle,
        lockDuration: `PT${LOCK_DURATION_SECONDS}S`,
        maxDeliveryCount: DELIVERY_COUNT_MAX,
        abortSignal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
    } catch (error) {
      if (statusOf(error) !== CONFLICT) throw error;
    }
    this.made.add(topic);
  }

  /** Deletes it everywhere, so that nothing is kept for a process that ends. Never rejects: the broker deletes it later. */
  async remove(): Promise<void> {
    await Promise.allSettled([...this.made].map((topic) => this.administration.deleteSubscription(topic, this.name)));
  }
}

const statusOf = (error: unknown): unknown =>
  error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
