/** What a receiver says of the message it gives up: the reason, a description, and properties to add. */
export interface DeadLetterReason {
  readonly reason?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** The application properties that tell the reader of a dead-letter queue why a message is there. */
export function deadLetterProperties({ reason, description, properties }: DeadLetterReason): Record<string, unknown> {
  return {
    ...properties,
    ...(reason === undefined ? {} : { DeadLetterReason: reason }),
    ...(description === undefined ? {} : { DeadLetterErrorDescription: description }),
  };
}

/** Said of a message that failed as often as its queue permits. */
export function tooManyDeliveries(deliveryCount: number): DeadLetterReason {
  const description = `Message could not be consumed after ${deliveryCount} delivery attempts.`;
  return { reason: 'MaxDeliveryCountExceeded', description };
}
