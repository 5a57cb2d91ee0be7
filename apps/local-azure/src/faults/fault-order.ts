import { FaultOrderError, type FaultOrder } from './faults.js';

const DELAY_MS_MAX = 600_000;
const COUNT_MAX = 1_000_000_000;
const SEED_MAX = 0xffffffff;
const TEXT_LENGTH_MAX = 300;
const FIELDS: ReadonlySet<string> = new Set(['kind', 'target', 'percent', 'count', 'delayMs', 'seed']);

/** Reads an order from the body of a request. Throws FaultOrderError, which says what is wrong. */
export function readFaultOrder(body: Buffer): FaultOrder {
  const fields = objectIn(body);
  const unknown = Object.keys(fields).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw new FaultOrderError(`'${unknown}' is no field of a fault.`);
  const kind = text(fields, 'kind');
  if (kind === undefined) throw new FaultOrderError("'kind' must say which fault.");
  const target = text(fields, 'target');
  const percent = number(fields, 'percent', { min: 0, max: 100, whole: false });
  const count = number(fields, 'count', { min: 1, max: COUNT_MAX });
  const delayMs = number(fields, 'delayMs', { min: 0, max: DELAY_MS_MAX });
  const seed = number(fields, 'seed', { min: 0, max: SEED_MAX });
  return {
    kind,
    ...(target === undefined ? {} : { target }),
    ...(percent === undefined ? {} : { percent }),
    ...(count === undefined ? {} : { count }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(seed === undefined ? {} : { seed }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function objectIn(body: Buffer): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FaultOrderError('The body must be a JSON object.');
  }
  return value as Fields;
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= TEXT_LENGTH_MAX) return value;
  throw new FaultOrderError(`'${name}' must be a text of at most ${TEXT_LENGTH_MAX} characters.`);
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

function number(fields: Fields, name: string, { min, max, whole = true }: Bounds): number | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  const fits = typeof value === 'number' && value >= min && value <= max;
  if (fits && (!whole || Number.isInteger(value))) return value;
  throw new FaultOrderError(`'${name}' must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
}
