import { exampleOf } from './example.js';
import { PROBLEM, commonProblemsOf, problemAnswers, problemCodesOf } from './problem-answers.js';
import type { Answer, ApiDocument, Header, MediaType, Operation, Parameter } from './openapi.js';

/** Headers of every answer. */
const EVERY_ANSWER: Readonly<Record<string, Header>> = {
  'X-Request-Id': {
    description: 'The id of the request: the caller’s `X-Request-Id`, else a new one. Quote it when you ask about it.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,100}$', examples: ['req_01k9z3v5t8m2c4d6e8f0g2h4j6'] },
  },
  'X-Trace-Id': {
    description: 'The W3C trace of the request: the caller’s `traceparent`, else a new one.',
    schema: { type: 'string', pattern: '^[0-9a-f]{32}$', examples: ['4bf92f3577b34da6a3ce929d0e0e4736'] },
  },
};

/** Headers of every answer of the API, as draft-ietf-httpapi-ratelimit-headers-10 defines them. */
const RATE_LIMITS: Readonly<Record<string, Header>> = {
  'RateLimit-Policy': {
    description:
      'The limits that count (draft-ietf-httpapi-ratelimit-headers-10): `burst`, `q` requests at once, whole again after `w` ' +
      'seconds without one; `month`, `q` requests in the calendar month; without a sign-in `address`, like `burst`.',
    schema: { type: 'string', examples: ['"burst";q=2000;w=2, "month";q=100000000;w=2592000'] },
  },
  RateLimit: {
    description: 'Of each limit the requests that are left, `r`, and the seconds until all of them are back, `t`.',
    schema: { type: 'string', examples: ['"burst";r=1999;t=1, "month";r=99999999;t=1814400'] },
  },
};

/** Headers that belong to a status, whatever the operation. */
const BY_STATUS: Readonly<Record<string, Readonly<Record<string, Header>>>> = {
  '401': {
    'WWW-Authenticate': { description: 'How to sign in.', schema: { type: 'string', examples: ['Bearer'] } },
  },
  '429': retryAfter('Seconds until another try can succeed.'),
  '503': retryAfter('Seconds until another try makes sense; repeat a write under the same `Idempotency-Key`.'),
};

function retryAfter(description: string): Readonly<Record<string, Header>> {
  return { 'Retry-After': { description, schema: { type: 'integer', minimum: 1, examples: [1] } } };
}

/**
 * The document with what all operations have in common: an id, the headers of every answer, an example of every body and
 * parameter, and no sign-in where an operation needs none.
 */
export function completeDocument(document: ApiDocument): ApiDocument {
  const { paths, responses } = sharedAnswers(withCommon(document));
  const all = { ...EVERY_ANSWER, ...RATE_LIMITS, ...Object.assign({}, ...Object.values(BY_STATUS)) } as Record<
    string,
    Header
  >;
  return {
    ...document,
    paths,
    components: { ...document.components, headers: all, responses },
  };
}

type Paths = ApiDocument['paths'];

function mapOperations(paths: Paths, change: (placed: Placed) => Operation): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, change({ path, method, operation })]),
      ),
    ]),
  );
}

const withCommon = (document: ApiDocument): Paths =>
  mapOperations(document.paths, (placed) => completed(placed, document));

/** Moves problems to a place of their own, named by their codes: most operations end with the same ones. */
function sharedAnswers(paths: Paths): { paths: Paths; responses: Record<string, Answer> } {
  const responses: Record<string, Answer> = {};
  const shared = mapOperations(paths, ({ operation }) => ({
    ...operation,
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([status, answer]) => {
        const codes = Object.keys(answer.content?.[PROBLEM]?.examples ?? {});
        if (codes.length === 0) return [status, answer];
        const name = codes.join('.');
        responses[name] = answer;
        return [status, { $ref: `#/components/responses/${name}` }];
      }),
    ),
  }));
  return { paths: shared, responses };
}

interface Placed {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function completed({ path, method, operation }: Placed, document: ApiDocument): Operation {
  const { operationId, parameters, requestBody, ...rest } = operation;
  return {
    operationId: operationId === '' ? operationIdOf(method, path) : operationId,
    ...rest,
    ...(isPublic(operation) && { security: [] }),
    ...(parameters !== undefined && { parameters: parameters.map((parameter) => shown(parameter, document)) }),
    ...(requestBody !== undefined && {
      requestBody: { ...requestBody, content: withExamples(requestBody.content, document) },
    }),
    responses: Object.fromEntries(
      Object.entries(withProblems({ path, method, operation })).map(([status, answer]) => [
        status,
        completedAnswer(status, withDescription(answer, operation), document),
      ]),
    ),
  };
}

/** The answers of the operation, with the problems that it need not name because all such operations have them. */
function withProblems({ path, method, operation }: Placed): Readonly<Record<string, Answer>> {
  const others = Object.entries(operation.responses).filter(([, { content }]) => content?.[PROBLEM] === undefined);
  const secured = isPublic(operation) ? { ...operation, security: [] } : operation;
  const codes = [...problemCodesOf(operation), ...commonProblemsOf({ path, method, operation: secured })];
  return { ...Object.fromEntries(others), ...problemAnswers(codes) };
}

const isPublic = (operation: Operation): boolean => (operation as { 'x-public'?: boolean })['x-public'] === true;

/** A name for an operation that has none: `GET /v1/orders/{id}` is `getOrdersById`. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .replace(/^\/v\d+\//, '')
    .replace(/\{(\w+)\}/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function shown(parameter: Parameter, document: ApiDocument): Parameter {
  const { schema, example } = parameter;
  if (example !== undefined || schema === undefined || (schema.type === 'string' && !isBounded(schema))) {
    return parameter;
  }
  return { ...parameter, example: exampleOf(schema, document) };
}

const isBounded = ({ pattern, format, enum: words }: NonNullable<Parameter['schema']>): boolean =>
  pattern !== undefined || format !== undefined || words !== undefined;

/** An answer that says nothing of its own is what the operation is for. */
function withDescription(answer: Answer, { summary = '' }: Operation): Answer {
  return answer.description === undefined || answer.description === '' ? { ...answer, description: summary } : answer;
}

function completedAnswer(status: string, answer: Answer, document: ApiDocument): Answer {
  const names = [...Object.keys({ ...EVERY_ANSWER, ...RATE_LIMITS }), ...Object.keys(BY_STATUS[status] ?? {})];
  const common = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  const { content } = answer;
  return {
    ...answer,
    headers: { ...common, ...answer.headers },
    ...(content !== undefined && { content: withExamples(content, document) }),
  };
}

function withExamples(
  content: Readonly<Record<string, MediaType>>,
  document: ApiDocument,
): Readonly<Record<string, MediaType>> {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      const { schema, example, examples } = media;
      const isShown = schema === undefined || example !== undefined || examples !== undefined;
      return [type, isShown ? media : { ...media, example: exampleOf(schema, document) }];
    }),
  );
}
