import { PROBLEMS } from '@ballast/contracts';
import type { ProblemCode } from '@ballast/contracts';
import type { Answer, MediaType, Operation } from './openapi.js';

/** The media type of every problem. */
export const PROBLEM = 'application/problem+json';
const SCHEMA = { $ref: '#/components/schemas/Problem' };

/** Where an operation is. */
interface Placed {
  /** In small letters. */
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The codes of the problems that the operation documents. */
export function problemCodesOf({ responses }: Operation): ProblemCode[] {
  return Object.values(responses).flatMap(
    ({ content }) => Object.keys(content?.[PROBLEM]?.examples ?? {}) as ProblemCode[],
  );
}

/** Codes that follow from what the operation is, whatever it does. */
export function commonProblemsOf({ method, path, operation }: Placed): ProblemCode[] {
  const { parameters = [], security } = operation;
  const has = (name: string): boolean => parameters.some((parameter) => parameter.name.toLowerCase() === name);
  const isRead = method === 'get';
  return [
    ...(isRead ? [] : (['malformed-json', 'invalid-request', 'body-too-large', 'unsupported-media-type'] as const)),
    ...(parameters.some(({ in: where }) => where === 'query') ? (['invalid-request'] as const) : []),
    ...(has('if-match') ? (['invalid-request', 'precondition-failed'] as const) : []),
    ...(has('cursor') ? (['invalid-cursor'] as const) : []),
    ...(path.includes('{') ? (['invalid-request', 'not-found'] as const) : []),
    ...(has('idempotency-key') ? (['invalid-request', 'idempotency-key-reused'] as const) : []),
    ...(security?.length === 0
      ? []
      : (['unauthorized', 'insufficient-scope', 'address-not-allowed', 'forbidden'] as const)),
    'not-acceptable',
    'too-many-requests',
    'internal-error',
    'service-unavailable',
  ];
}

/** Answers for these problems by status, each with what its codes mean and how they look. */
export function problemAnswers(codes: readonly ProblemCode[]): Record<string, Answer> {
  const known = Object.keys(PROBLEMS) as ProblemCode[];
  const inOrder = known.filter((code) => codes.includes(code));
  const statuses = [...new Set(inOrder.map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [String(status), answerOf(inOrder.filter((code) => PROBLEMS[code].status === status))]),
  );
}

function answerOf(codes: readonly ProblemCode[]): Answer {
  const examples: MediaType['examples'] = Object.fromEntries(
    codes.map((code) => [code, { value: { type: `urn:ballast:problem:${code}`, ...PROBLEMS[code], code } }]),
  );
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join(' '),
    content: { [PROBLEM]: { schema: SCHEMA, examples } },
  };
}
