/** Levels of objects and lists within each other in a body, at most. */
export const BODY_DEPTH_MAX = 32;
/** Fields and items of a body, at most, over all levels. */
export const BODY_MEMBERS_MAX = 10_000;

/**
 * What is wrong with the shape of a parsed body, or `undefined`. What follows walks a body by recursion and with effort
 * per field, so a small body could otherwise exhaust the stack or hold the process for seconds.
 */
export function shapeError(body: unknown): string | undefined {
  let level: object[] = isObject(body) ? [body] : [];
  let members = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= BODY_DEPTH_MAX) return `must not be nested deeper than ${BODY_DEPTH_MAX} levels`;
    const below: object[] = [];
    for (const value of level) {
      const inner: unknown[] = Object.values(value);
      members += inner.length;
      if (members > BODY_MEMBERS_MAX) return `must not have more than ${BODY_MEMBERS_MAX} fields and items`;
      for (const member of inner) if (isObject(member)) below.push(member);
    }
    level = below;
  }
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
