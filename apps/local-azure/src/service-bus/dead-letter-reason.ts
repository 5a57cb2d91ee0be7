/** What a receiver says of the message it gives up: the reason, a description, and properties to add. */
export interface DeadLetterReason {
  readonly reason?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** The application properties that a dead letter gets for it. */
export function reasonProperties({ reason, description, properties }: DeadLetterReason): Record<string, unknown> {
  return {
    ...properties,
    ...(reason === undefined ? {} : { DeadLetterReason: reason }),
    ...(description === undefined ? {} : { DeadLetterErrorDescription: description }),
  };
}
