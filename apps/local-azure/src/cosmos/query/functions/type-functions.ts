import { typeOf } from '../../sort-key.js';
import { define, type FunctionDefinition, type FunctionGroup } from './function-definition.js';

/** Whole numbers are those of 64 bits, as near as a floating-point number can come to them. */
const INTEGER_MAX = 2 ** 63;

const isType = (...types: string[]): FunctionDefinition => define(1, 1, (value) => types.includes(typeOf(value)));

/** What a value is; false, not undefined, for a value that is not there. */
export const TYPE_FUNCTIONS: FunctionGroup = {
  IS_ARRAY: isType('array'),
  IS_BOOL: isType('boolean'),
  IS_DEFINED: define(1, 1, (value) => value !== undefined),
  IS_FINITE_NUMBER: define(1, 1, (value) => Number.isFinite(value)),
  IS_INTEGER: define(1, 1, (value) => Number.isInteger(value) && Math.abs(value as number) <= INTEGER_MAX),
  IS_NULL: isType('null'),
  IS_NUMBER: isType('number'),
  IS_OBJECT: isType('object'),
  IS_PRIMITIVE: isType('null', 'boolean', 'number', 'string'),
  IS_STRING: isType('string'),
};
