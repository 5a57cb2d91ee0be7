import { Problem } from '@ballast/contracts';
import type { ProblemCode } from '@ballast/contracts';
import { RequireFreshSecondFactor, VERSION_PATTERN } from '@ballast/service-host';
import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiHeader, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { ApiResponseNoStatusOptions } from '@nestjs/swagger';
import { problemAnswers } from '../domain/problem-answers.js';

/** Documents the problems of a route beyond those that follow from what it is. */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(Problem),
    ...Object.entries(problemAnswers(codes)).map(([status, answer]) =>
      ApiResponse({ status: Number(status), ...(answer as ApiResponseNoStatusOptions) }),
    ),
  );
}

/** Documents the problems of a write with a JSON body. */
export function ApiBodyProblems(...codes: ProblemCode[]): MethodDecorator {
  return ApiProblems('invalid-request', ...codes);
}

/** Refuses callers without a fresh second factor, and documents that as `x-step-up`. */
export function ApiStepUp(): MethodDecorator {
  return applyDecorators(RequireFreshSecondFactor(), ApiExtension('x-step-up', true));
}

/** Documents the header that makes a write repeatable. */
export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    description: 'Your name for this write, 1 to 128 visible ASCII characters. The same key gives the same answer.',
    required: true,
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
    example: 'a1b2c3',
  });
}

/** Documents the query parameters of a page. */
export function ApiPage(limitDefault: number, limitMax: number): MethodDecorator {
  return applyDecorators(
    ApiQuery({
      name: 'limit',
      description: 'Items on the page, at most.',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: limitMax, default: limitDefault },
    }),
    ApiQuery({
      name: 'cursor',
      description: '`nextCursor` of the page before, of the same list with the same filters; it says nothing else.',
      required: false,
      type: String,
    }),
  );
}

/** The header with which a resource that has versions is answered. */
export const ETAG = { ETag: { description: 'Its version, for `If-Match`.', schema: { type: 'string' as const } } };

/** Documents the header that makes a write conditional on the version that the caller has seen. */
export function ApiIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    description: 'The `ETag` that it had when you looked; where it has changed since, nothing is done.',
    required: false,
    example: '"4"',
  });
}

/** Documents the path parameter that names a version. */
export function ApiVersion(): MethodDecorator {
  return ApiParam({
    name: 'version',
    description: 'The number of the version.',
    schema: { type: 'string', pattern: VERSION_PATTERN.source },
    example: '1',
  });
}
