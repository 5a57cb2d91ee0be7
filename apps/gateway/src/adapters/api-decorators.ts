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

/** Documents the header that makes a write repeatable, and without which it is refused. */
export function ApiIdempotencyKey(): MethodDecorator {
  return idempotencyKey({ required: true });
}

/** Documents the same header where a write does without it as well, because a second time changes nothing more. */
export function ApiRepeatable(): MethodDecorator {
  return idempotencyKey({ required: false });
}

/** Why what is about passwords, codes and tokens is never answered from memory. */
export const OF_CREDENTIALS = 'Its answer is a secret, or ends what the request came with; no copy of it is kept.';

/** Documents as `x-not-repeatable` why the header means nothing to this request. */
export function ApiNotRepeatable(why: string): MethodDecorator {
  return ApiExtension('x-not-repeatable', why);
}

function idempotencyKey({ required }: { required: boolean }): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    description: 'Your name for this write, 1 to 128 visible ASCII characters. The same key gives the same answer.',
    required,
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
    example: 'a1b2c3',
  });
}

/** Documents the header that says what a change was decided on; `required`, a change without it is refused. */
export function ApiIfMatch({ required = false }: { required?: boolean } = {}): MethodDecorator {
  const header = ApiHeader({
    name: 'If-Match',
    description: 'The `ETag` of what you saw: where it has changed since, nothing is done. `*` for whatever is there.',
    required,
    example: '"4"',
  });
  return required ? applyDecorators(header, ApiProblems('precondition-required')) : header;
}

/** The header of an answer that tells one version of a resource from another. */
export const ETAG = { ETag: { description: 'Its version, for `If-Match`.', schema: { type: 'string' as const } } };

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

/** Documents the path parameter that names a version. */
export function ApiVersion(): MethodDecorator {
  return ApiParam({
    name: 'version',
    description: 'The number of the version.',
    schema: { type: 'string', pattern: VERSION_PATTERN.source },
    example: '1',
  });
}
