/** Environment of the services; a line per request, read by the measuring process too, would take the processors away from what is measured. */
export const WITHOUT_REQUEST_LOGS = Object.fromEntries(
  ['accounts', 'orders', 'ledger', 'audit', 'gateway'].map((name) => [name, { LOG_LEVEL: 'warn' }]),
);
