import type { ServiceLog } from './service-log.js';

/** Milliseconds within which a signalled process has drained or gives up. */
export const DRAIN_MS_MAX = 28_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Drains and exits with 0 on the first SIGTERM or SIGINT, with 1 when that takes too long; returns how to undo this. */
export function exitOnSignals(
  drain: () => Promise<void>,
  log: ServiceLog,
  exit: (code: number) => void = (code) => process.exit(code),
): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'draining');
    const timer = setTimeout(() => {
      log.error({ signal }, 'draining took too long');
      exit(1);
    }, DRAIN_MS_MAX);
    drain().then(
      () => {
        clearTimeout(timer);
        exit(0);
      },
      (error: unknown) => {
        clearTimeout(timer);
        log.error({ err: error }, 'draining failed');
        exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.once(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
}
