export { startLocalAzure } from './start-local-azure.js';
export type { FaultControlAccess, LocalAzure, LocalAzureOptions, LocalTopology } from './start-local-azure.js';
export { Usage } from './usage.js';
export type { UsageSnapshot } from './usage.js';
