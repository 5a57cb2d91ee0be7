import type { Value } from '../ast.js';
import { define, type FunctionDefinition, type FunctionGroup } from './function-definition.js';

const BITS = 64;

/** A function of whole numbers, computed with 64 bits; undefined for anything else. */
const ofIntegers = (count: number, apply: (...values: bigint[]) => bigint | undefined): FunctionDefinition =>
  define(count, count, (...args: Value[]) => {
    if (!args.every((value) => Number.isInteger(value))) return undefined;
    const result = apply(...args.map((value) => BigInt(value as number)));
    return result === undefined ? undefined : Number(BigInt.asIntN(BITS, result));
  });

const ofTwo = (apply: (left: bigint, right: bigint) => bigint | undefined): FunctionDefinition =>
  ofIntegers(2, apply as (...values: bigint[]) => bigint | undefined);

/** Moves bits only by a number of places that a 64-bit number has. */
const shifted = (apply: (value: bigint, places: bigint) => bigint): FunctionDefinition =>
  ofTwo((value, places) => (places < 0n || places >= BigInt(BITS) ? undefined : apply(value, places)));

/** Arithmetic of 64-bit whole numbers. */
export const INTEGER_FUNCTIONS: FunctionGroup = {
  INTADD: ofTwo((left, right) => left + right),
  INTBITAND: ofTwo((left, right) => left & right),
  INTBITLEFTSHIFT: shifted((value, places) => value << places),
  INTBITNOT: ofIntegers(1, (value) => ~value!),
  INTBITOR: ofTwo((left, right) => left | right),
  INTBITRIGHTSHIFT: shifted((value, places) => value >> places),
  INTBITXOR: ofTwo((left, right) => left ^ right),
  INTDIV: ofTwo((left, right) => (right === 0n ? undefined : left / right)),
  INTMOD: ofTwo((left, right) => (right === 0n ? undefined : left % right)),
  INTMUL: ofTwo((left, right) => left * right),
  INTSUB: ofTwo((left, right) => left - right),
};
