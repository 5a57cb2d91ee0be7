import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { Type } from 'class-transformer';
import type { ClassConstructor } from 'class-transformer';
import { DECIMAL_PATTERN, POSITIVE_DECIMAL_PATTERN } from '@ballast/money';

/** What every field may say about itself. */
interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  readonly optional?: boolean;
}

const field = (options: FieldOptions, schema: object, ...rules: PropertyDecorator[]): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      description: options.description,
      required: options.optional !== true,
      ...(options.example === undefined ? {} : { example: options.example }),
      ...schema,
    }),
    ...(options.optional === true ? [IsOptional()] : []),
    ...rules,
  );

/** A decimal string (`"12.5"`): never a JSON number, no exponent, at most 18 digits before and after the point. */
export function DecimalField(options: FieldOptions & { positive?: boolean }): PropertyDecorator {
  const pattern = options.positive === true ? POSITIVE_DECIMAL_PATTERN : DECIMAL_PATTERN;
  const kind = options.positive === true ? 'a decimal string above zero' : 'a decimal string';
  return field(
    options,
    { type: String, pattern: pattern.source },
    IsString({ message: `must be ${kind}, for example "12.5"` }),
    Matches(pattern, { message: `must be ${kind}, for example "12.5"` }),
  );
}

/** A whole number of an asset's smallest unit, as a string (`"-1250"`). */
export function UnitsField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: String, pattern: '^-?\\d{1,30}$' },
    Matches(/^-?\d{1,30}$/, { message: 'must be a whole number as a string' }),
  );
}

/** An id of the given pattern. */
export function IdField(pattern: RegExp, options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: String, pattern: pattern.source },
    IsString(),
    Matches(pattern, { message: 'is not an id of this kind' }),
  );
}

/** A text of bounded length. */
export function TextField(
  options: FieldOptions & { lengthMax: number; lengthMin?: number; pattern?: RegExp },
): PropertyDecorator {
  const lengthMin = options.lengthMin ?? 1;
  return field(
    options,
    {
      type: String,
      minLength: lengthMin,
      maxLength: options.lengthMax,
      ...(options.pattern === undefined ? {} : { pattern: options.pattern.source }),
    },
    IsString({ message: 'must be a string' }),
    MinLength(lengthMin, { message: `must have at least ${lengthMin} characters` }),
    MaxLength(options.lengthMax, { message: `must have at most ${options.lengthMax} characters` }),
    ...(options.pattern === undefined
      ? []
      : [Matches(options.pattern, { message: `must match ${options.pattern.source}` })]),
  );
}

/** One of a closed list of words. */
export function WordField(words: readonly string[], options: FieldOptions): PropertyDecorator {
  return field(options, { enum: words }, IsIn([...words], { message: `must be one of ${words.join(', ')}` }));
}

/** A whole number within bounds. */
export function CountField(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  return field(
    options,
    { type: Number, format: 'int64', minimum: options.min, maximum: options.max },
    IsInt({ message: 'must be a whole number' }),
    Min(options.min, { message: `must be at least ${options.min}` }),
    Max(options.max, { message: `must be at most ${options.max}` }),
  );
}

/** True or false. */
export function FlagField(options: FieldOptions): PropertyDecorator {
  return field(options, { type: Boolean }, IsBoolean({ message: 'must be true or false' }));
}

/** An instant, ISO 8601 in UTC. */
export function InstantField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: String, format: 'date-time' },
    IsISO8601({ strict: true }, { message: 'must be an ISO 8601 instant' }),
  );
}

/** A nested declared object. */
export function NestedField(of: () => ClassConstructor<object>, options: FieldOptions): PropertyDecorator {
  return field(options, { type: of }, IsObject({ message: 'must be an object' }), ValidateNested(), Type(of));
}

/** A list of declared objects. */
export function ListField(
  of: () => ClassConstructor<object>,
  options: FieldOptions & { itemsMax: number },
): PropertyDecorator {
  return field(
    options,
    { type: of, isArray: true, maxItems: options.itemsMax },
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(options.itemsMax, { message: `must have at most ${options.itemsMax} items` }),
    ValidateNested({ each: true }),
    Type(of),
  );
}
