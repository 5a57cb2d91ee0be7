import { isJsonObject, type Json } from '../../json.js';
import type { Value } from '../ast.js';
import { define, ofText, type FunctionDefinition, type FunctionGroup } from './function-definition.js';

/** Reads a text as JSON of one kind; undefined when it is not. */
const readAs = (accepts: (value: Json) => boolean): FunctionDefinition =>
  ofText((text) => {
    const value = parsed(text);
    return value !== undefined && accepts(value) ? value : undefined;
  });

function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Conversions between texts and other values. */
export const CONVERSION_FUNCTIONS: FunctionGroup = {
  STRINGTOARRAY: readAs(Array.isArray),
  STRINGTOBOOLEAN: readAs((value) => typeof value === 'boolean'),
  STRINGTONULL: readAs((value) => value === null),
  STRINGTONUMBER: readAs((value) => typeof value === 'number' && Number.isFinite(value)),
  STRINGTOOBJECT: readAs(isJsonObject),
  TOSTRING: define(1, 1, (value) => {
    if (value === undefined || typeof value === 'string') return value;
    return typeof value === 'number' ? String(value) : JSON.stringify(value);
  }),
};
