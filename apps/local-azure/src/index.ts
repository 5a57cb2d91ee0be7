export { startLocalAzure } from './start-local-azure.js';
export type { LocalAzure, LocalAzureOptions } from './start-local-azure.js';
export { Usage } from './usage.js';
export type { UsageSnapshot } from './usage.js';
