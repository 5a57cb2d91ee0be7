import { PROFILE_ID_PATTERN, SYSTEM_PARTITION, profileOfOrder } from '@ballast/contracts';

/** The chain in which the events about a subject are: that of the order's or profile's own, else the system's. */
export function chainOf(subject: string): string {
  if (PROFILE_ID_PATTERN.test(subject)) return subject;
  return profileOfOrder(subject) ?? SYSTEM_PARTITION;
}

/** Whether a text can be the id of a chain. */
export function isChainId(text: string): boolean {
  return text === SYSTEM_PARTITION || PROFILE_ID_PATTERN.test(text);
}
