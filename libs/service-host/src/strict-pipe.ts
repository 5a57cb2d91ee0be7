import type { ProblemField } from '@ballast/contracts';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import type { ClassConstructor } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { ProblemException } from './problem-exception.js';

/** Wrong fields that one answer names, at most. */
const ERRORS_MAX = 50;
const UNKNOWN_FIELD = 'is not a known field';
const PLAIN_TYPES: ReadonlySet<unknown> = new Set([String, Number, Boolean, Array, Object]);

/**
 * Turns a body or a query into its declared class, or ends the request with a 400 that names every wrong field. Unknown
 * fields are wrong, and no value is converted to another type.
 */
export class StrictPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (metatype === undefined || PLAIN_TYPES.has(metatype) || (type !== 'body' && type !== 'query')) return value;
    if (value !== undefined && !isObject(value)) throw invalid([{ pointer: '', detail: 'must be a JSON object' }]);
    const inherited = inheritedNames(value ?? {}, '');
    if (inherited.length > 0) throw invalid(inherited);
    const decoded = plainToInstance(metatype as ClassConstructor<object>, value ?? {}, {
      enableImplicitConversion: false,
      exposeDefaultValues: true,
    });
    const errors = validateSync(decoded, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
    });
    if (errors.length > 0) throw invalid(errors.flatMap((error) => fieldsOf(error, '')));
    return decoded;
  }
}

/** Fields named like what every object inherits (`toString`): none is declared, and class-validator takes them for known. */
function inheritedNames(value: unknown, parent: string): ProblemField[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const pointer = pointerTo(parent, name);
    return name in Object.prototype ? [{ pointer, detail: UNKNOWN_FIELD }] : inheritedNames(inner, pointer);
  });
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (errors: ProblemField[]): ProblemException =>
  new ProblemException('invalid-request', { errors: errors.slice(0, ERRORS_MAX) });

function fieldsOf(error: ValidationError, parent: string): ProblemField[] {
  const pointer = pointerTo(parent, error.property);
  const [rule, detail] = Object.entries(error.constraints ?? {})[0] ?? [];
  const own = detail === undefined ? [] : [{ pointer, detail: detailOf(rule, detail) }];
  return [...own, ...(error.children ?? []).flatMap((child) => fieldsOf(child, pointer))];
}

const pointerTo = (parent: string, name: string): string =>
  `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function detailOf(rule: string | undefined, detail: string): string {
  return rule === 'whitelistValidation' ? UNKNOWN_FIELD : detail;
}
