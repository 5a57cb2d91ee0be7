/** What an API key may be limited to: a kind of resource, to read it or to change it. */
export const SCOPES = [
  'orders:read',
  'orders:write',
  'capital:read',
  'capital:write',
  'profiles:read',
  'profiles:write',
  'events:read',
  'admin:read',
  'admin:write',
] as const;
export type Scope = (typeof SCOPES)[number];
