import type { Subscription, Topic } from './entities.js';

/** When a subscription, or a queue as its own, was last received from, peeked at or changed; now while somebody receives. */
export function subscriptionUsedAtMs({ queue, description }: Subscription, nowMs: number): number {
  if (queue.parts.some(({ isReceivedFrom }) => isReceivedFrom)) return nowMs;
  return Math.max(description.updatedAtMs, ...queue.parts.map(({ usedAtMs }) => usedAtMs));
}

/** When a topic or queue was last sent to or changed, or any of its subscriptions used. */
export function topicUsedAtMs({ usedAtMs, description, subscriptions }: Topic, nowMs: number): number {
  const uses = subscriptions.map((subscription) => subscriptionUsedAtMs(subscription, nowMs));
  return Math.max(usedAtMs, description.updatedAtMs, ...uses);
}
