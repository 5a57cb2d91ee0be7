/** Seconds for which a reply can be held, at most (`Prefer: wait`). */
export const WAIT_SECONDS_MAX = 30;

/**
 * The seconds of the preference `wait` (RFC 7240 §4.3) in a `Prefer` header: `undefined` where it is not named,
 * `'invalid'` where it is not a whole number from 1 to 30. Other preferences are ignored and the first `wait` counts, as
 * the standard demands.
 */
export function waitPreference(header: string | undefined): number | 'invalid' | undefined {
  for (const preference of (header ?? '').split(',')) {
    const [pair = ''] = preference.split(';');
    const [name = '', ...rest] = pair.split('=');
    if (name.trim().toLowerCase() === 'wait') return secondsOf(rest.join('='));
  }
  return undefined;
}

function secondsOf(value: string): number | 'invalid' {
  const [, digits] = /^\s*"?(\d{1,2})"?\s*$/.exec(value) ?? [];
  const seconds = Number(digits);
  return seconds >= 1 && seconds <= WAIT_SECONDS_MAX ? seconds : 'invalid';
}
