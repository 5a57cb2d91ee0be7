import { ARRAY_FUNCTIONS } from './array-functions.js';
import { CONVERSION_FUNCTIONS } from './conversion-functions.js';
import { DATE_FUNCTIONS } from './date-functions.js';
import type { FunctionDefinition } from './function-definition.js';
import { INTEGER_FUNCTIONS } from './integer-functions.js';
import { ITEM_FUNCTIONS } from './item-functions.js';
import { MATH_FUNCTIONS } from './math-functions.js';
import { TEXT_FUNCTIONS } from './text-functions.js';
import { TYPE_FUNCTIONS } from './type-functions.js';

const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ARRAY_FUNCTIONS,
    CONVERSION_FUNCTIONS,
    DATE_FUNCTIONS,
    INTEGER_FUNCTIONS,
    ITEM_FUNCTIONS,
    MATH_FUNCTIONS,
    TEXT_FUNCTIONS,
    TYPE_FUNCTIONS,
  ].flatMap((group) => Object.entries(group)),
);

/** Whether a built-in function of that name (upper case) exists here. */
export const isFunction = (name: string): boolean => FUNCTIONS.has(name);

/** The built-in function of that name, which must exist. */
export const functionOf = (name: string): FunctionDefinition => FUNCTIONS.get(name)!;
