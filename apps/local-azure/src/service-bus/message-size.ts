import { ServiceBusError } from './service-bus-error.js';

/** The largest message, and the largest batch, of the Standard tier. */
export const MESSAGE_BYTES_MAX = 262_144;

/** The refusal of a message, or a batch, that is above the limit. */
export function messageTooLarge(bytes: number): ServiceBusError {
  return new ServiceBusError(
    'amqp:link:message-size-exceeded',
    `The delivery has ${bytes} bytes; the limit is ${MESSAGE_BYTES_MAX}.`,
  );
}
