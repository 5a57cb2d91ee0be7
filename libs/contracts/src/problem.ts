import { ApiProperty } from '@nestjs/swagger';

/** One field of a request that is wrong. */
export class ProblemField {
  @ApiProperty({
    description: 'JSON pointer into the body, or the name of a header or parameter.',
    example: '/quantity',
  })
  pointer!: string;
  @ApiProperty({
    description: 'What is wrong with it.',
    example: 'must be a decimal string above zero, for example "12.5"',
  })
  detail!: string;
}

/** RFC 9457: every error of the API has this body with the type `application/problem+json`. */
export class Problem {
  @ApiProperty({ description: 'A stable URI of the kind of problem.', example: 'urn:ballast:problem:invalid-request' })
  type!: string;
  @ApiProperty({ description: 'The kind in words.', example: 'The request is not valid.' })
  title!: string;
  @ApiProperty({ description: 'HTTP status.', example: 400 })
  status!: number;
  @ApiProperty({ description: 'Stable code, in kebab-case.', example: 'invalid-request' })
  code!: string;
  @ApiProperty({ description: 'What happened this time.', required: false })
  detail?: string;
  @ApiProperty({ description: 'The fields that are wrong.', type: () => ProblemField, isArray: true, required: false })
  errors?: ProblemField[];
  @ApiProperty({ description: 'For a refusal: the limit that was met.', required: false })
  limit?: string;
  @ApiProperty({ description: 'For a refusal: the value that broke it.', required: false })
  value?: string;
  @ApiProperty({ description: 'For a refused order: its id.', required: false })
  orderId?: string;
  @ApiProperty({ description: 'Quote this when you ask about it.', required: false })
  requestId?: string;
}

/** Codes of problems that are not refusals of an order, with status and title. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid.' },
  'malformed-json': { status: 400, title: 'The body is not well-formed JSON.' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one that this listing has given.' },
  'idempotency-key-missing': { status: 400, title: 'This write needs an Idempotency-Key header.' },
  unauthorized: { status: 401, title: 'A valid access token is needed.' },
  'login-failed': { status: 401, title: 'The user name or password is wrong.' },
  'refresh-refused': { status: 401, title: 'The refresh token is worth nothing any more; sign in again.' },
  'reset-refused': { status: 401, title: 'The reset is worth nothing any more; ask an admin for another one.' },
  forbidden: { status: 403, title: 'Your role does not allow this.' },
  'address-not-allowed': { status: 403, title: 'This API key may not be used from this address.' },
  'insufficient-scope': { status: 403, title: 'This API key lacks a scope that the request needs.' },
  'second-factor-required': { status: 403, title: 'This needs a second factor that was shown a moment ago.' },
  'not-found': { status: 404, title: 'There is no such thing, or it is not yours.' },
  'method-not-allowed': { status: 405, title: 'This resource does not know that method.' },
  'not-acceptable': { status: 406, title: 'The answer is of a media type that Accept leaves out.' },
  conflict: { status: 409, title: 'The state of the resource does not allow this.' },
  'order-already-ended': { status: 409, title: 'The order has ended; there is nothing to cancel or change.' },
  'order-not-open': {
    status: 409,
    title: 'The order does not rest at the broker now, or another change of it is under way.',
  },
  'precondition-failed': { status: 412, title: 'The resource has changed since it was looked at.' },
  'body-too-large': { status: 413, title: 'The body is larger than allowed.' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json.' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used for another request.' },
  'client-order-id-reused': { status: 422, title: 'This clientOrderId names another order.' },
  'order-refused': { status: 422, title: 'The order was refused.' },
  'capital-refused': { status: 422, title: 'The movement of capital was refused.' },
  'password-wrong': { status: 422, title: 'The current password is not this one.' },
  'second-factor-wrong': { status: 422, title: 'The code is wrong or was used before.' },
  'precondition-required': {
    status: 428,
    title: 'This change needs an If-Match header: the ETag of what you saw, or *.',
  },
  'too-many-requests': { status: 429, title: 'Too many requests.' },
  'internal-error': { status: 500, title: 'Something went wrong here.' },
  'service-unavailable': { status: 503, title: 'A service is not available now; try again.' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
