export { freePortNumbers } from './addresses.js';
export { Api, ApiProblem } from './api.js';
export type { Answer } from './api.js';
export { ManagedProcess } from './managed-process.js';
export { runParked } from './parked.js';
export { Platform } from './platform.js';
export type { FirstLogin, PlatformOptions, ProcessName, Replica } from './platform.js';
export { printTable } from './print-table.js';
