import { PROBLEMS, Problem } from '@ballast/contracts';
import type { ProblemCode } from '@ballast/contracts';
import { RequireFreshSecondFactor } from '@ballast/service-host';
import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiHeader, ApiQuery, ApiResponse, getSchemaPath } from '@nestjs/swagger';

/** Problems that any request with a token can end with. */
const ANY_PROBLEM: readonly ProblemCode[] = [
  'unauthorized',
  'insufficient-scope',
  'address-not-allowed',
  'too-many-requests',
  'internal-error',
  'service-unavailable',
];
/** Problems that any request with a body can end with. */
const BODY_PROBLEMS: readonly ProblemCode[] = [
  'invalid-request',
  'malformed-json',
  'body-too-large',
  'unsupported-media-type',
];

/** Documents the problems of a route: the given ones and those that any route can end with. */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...codes, ...ANY_PROBLEM])) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(Problem),
    ...[...byStatus].sort(([a], [b]) => a - b).map(([status, of]) => problemResponse(status, of)),
  );
}

/** Documents a write with a JSON body. */
export function ApiBodyProblems(...codes: ProblemCode[]): MethodDecorator {
  return ApiProblems(...BODY_PROBLEMS, ...codes);
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
    ApiQuery({ name: 'cursor', description: '`nextCursor` of the page before.', required: false, type: String }),
  );
}

function problemResponse(status: number, codes: readonly ProblemCode[]): MethodDecorator {
  const examples = Object.fromEntries(
    codes.map((code) => [code, { value: { type: `urn:ballast:problem:${code}`, ...PROBLEMS[code], code } }]),
  );
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join(' '),
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(Problem) }, examples } },
  });
}
