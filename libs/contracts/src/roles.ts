/** What a user may do: read own, trade own, operate everybody's, administer. */
export const ROLES = ['viewer', 'trader', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];
