/** A value in a filter; `undefined` is unknown: an absent property, null, or a comparison of things that do not compare. */
export type FilterValue = string | number | bigint | boolean | Date | undefined;

/** Unknown unless both are known; false wins over unknown. */
export function and(left: FilterValue, right: FilterValue): FilterValue {
  if (left === false || right === false) return false;
  return left === true && right === true ? true : undefined;
}

/** Unknown unless both are known; true wins over unknown. */
export function or(left: FilterValue, right: FilterValue): FilterValue {
  if (left === true || right === true) return true;
  return left === false && right === false ? false : undefined;
}

/** The opposite; unknown stays unknown. */
export function not(value: FilterValue): FilterValue {
  return typeof value === 'boolean' ? !value : undefined;
}

/** The opposite, so many times. */
export function negatedTimes(times: number, value: FilterValue): FilterValue {
  return times % 2 === 0 ? not(not(value)) : not(value);
}

/** Compares with one of `= <> != < > <= >=`; unknown when a side is unknown or their kinds differ. */
export function compare(operator: string, left: FilterValue, right: FilterValue): FilterValue {
  if (left === undefined || right === undefined || kindOf(left) !== kindOf(right)) return undefined;
  const [a, b] = [left instanceof Date ? left.getTime() : left, right instanceof Date ? right.getTime() : right];
  switch (operator) {
    case '=':
      return a == b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    default:
      return a != b;
  }
}

/** Why a filter, or an action, has no result for a message. */
export class FilterEvaluationError extends Error {
  override readonly name = 'FilterEvaluationError';
}

/**
 * Computes `+ - * / %` of numbers, and `+` of strings; anything else is unknown. Throws FilterEvaluationError for a whole
 * number divided by 0.
 */
export function calculate(operator: string, left: FilterValue, right: FilterValue): FilterValue {
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  if ((operator === '/' || operator === '%') && isWhole(left) && isWhole(right) && Number(right) === 0) {
    throw new FilterEvaluationError('A whole number was divided by 0.');
  }
  if (typeof left === 'bigint' && typeof right === 'bigint') return integerResult(operator, left, right);
  if (!isNumber(left) || !isNumber(right)) return undefined;
  const [a, b] = [Number(left), Number(right)];
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[operator];
  return result === undefined || !Number.isFinite(result) ? undefined : result;
}

/** A test for a LIKE pattern: `%` is any text, `_` any one character, `escape` takes the next one literally. */
export function likeTest(pattern: string, escape: string | undefined): (text: string) => boolean {
  let source = '';
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index]!;
    if (character === escape && index + 1 < characters.length) source += literal(characters[(index += 1)]!);
    else if (character === '%') source += '.*';
    else if (character === '_') source += '.';
    else source += literal(character);
  }
  const expression = new RegExp(`^${source}$`, 'su');
  return (text) => expression.test(text);
}

/** The filter value of an application property or a system property. */
export function filterValue(value: unknown): FilterValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      if (value instanceof Date) return value;
      return Buffer.isBuffer(value) && value.length === 8 ? value.readBigInt64BE() : undefined;
  }
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}

function isWhole(value: FilterValue): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}

function isNumber(value: FilterValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function kindOf(value: FilterValue): string {
  if (value instanceof Date) return 'date';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

function integerResult(operator: string, a: bigint, b: bigint): FilterValue {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    default:
      return operator === '/' ? a / b : a % b;
  }
}
