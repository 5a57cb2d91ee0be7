import type { StdioOptions } from 'node:child_process';

/** Milliseconds that a process whose parent is gone may take to end in order. */
const ALONE_MS_MAX = 4_000;

const PROGRAM = `process.channel?.unref();
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${ALONE_MS_MAX}).unref();
});`;

/**
 * What a Node process is told so that it ends when the process that started it has ended, however that came: as on SIGTERM, and
 * after 4 s at once. It needs `STDIO_WITH_PARENT`, whose channel carries nothing: its end is what is heard.
 */
export const ENDS_WITH_PARENT: readonly string[] = ['--import', `data:text/javascript,${encodeURIComponent(PROGRAM)}`];
/** No input, outputs to be read, and the channel by which a process hears that its parent is gone. */
export const STDIO_WITH_PARENT: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
