/** Colours of the prefixes, as terminal codes, one after the other. */
const COLOURS = [36, 33, 32, 35, 34, 96, 93];
/** Pino's numbers, for processes that do not write the level as a word. */
const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
const LEVEL_CHARS = 5;
/** Fields that every line has and that say nothing on a laptop. */
const OMITTED = new Set(['level', 'time', 'pid', 'hostname', 'name', 'service', 'msg', 'stack', 'traceparent']);
const PREFIX_CHARS = 12;
/** Characters of one field's value that are shown. */
const VALUE_CHARS_MAX = 300;

/** One line of a process as a person reads it: prefix, time, level, message, fields. Text that is not a log stays as it is. */
export function readable(process: string, index: number, line: string, coloured: boolean): string {
  const prefix = `${process.padEnd(PREFIX_CHARS)}│ `;
  const shown = coloured ? `\u001b[${COLOURS[index % COLOURS.length]}m${prefix}\u001b[0m` : prefix;
  return shown + (formatted(line) ?? line);
}

function formatted(line: string): string | undefined {
  const record = parsed(line);
  if (record === undefined) return undefined;
  const fields = Object.entries(record)
    .filter(([name]) => !OMITTED.has(name))
    .map(
      ([name, value]) =>
        `${name}=${(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, VALUE_CHARS_MAX)}`,
    );
  const time = instantOf(record['time'])?.slice(11, 23) ?? '';
  const level = (LEVELS[Number(record['level'])] ?? String(record['level'] ?? '')).toUpperCase().padEnd(LEVEL_CHARS);
  return [time, level, String(record['msg'] ?? ''), ...fields].filter((part) => part !== '').join(' ');
}

function instantOf(time: unknown): string | undefined {
  return typeof time === 'number' || typeof time === 'string' ? new Date(time).toISOString() : undefined;
}

function parsed(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
