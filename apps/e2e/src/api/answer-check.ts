import Ajv from 'ajv';
import type { ValidateFunction } from 'ajv';
import { answersOf } from '../../../gateway/src/domain/openapi.js';
import type { Answer, Operation } from '../../../gateway/src/domain/openapi.js';
import type { Told } from './api-platform.js';
import { API, closedSchema } from './document.js';

const PROBLEM = 'application/problem+json';
/** Problems whose code is that of the refusal. */
const OF_REFUSALS = ['order-refused', 'capital-refused', 'conflict'];
const ajv = new Ajv({ logger: false, unknownFormats: 'ignore' });
const validators = new Map<string, ValidateFunction>();

/** What is wrong with an answer as the document has it: nothing for one that it documents. */
export function undocumentedIn(operation: Operation, told: Told): string[] {
  const answer = new Map(answersOf(operation, API)).get(String(told.status));
  if (told.status >= 500) return [`${told.status}: ${told.text}`];
  if (answer === undefined) return [`the status ${told.status} is not documented: ${told.text}`];
  return [...headerFaults(answer, told), ...bodyFaults(operation, answer, told)];
}

function headerFaults({ headers = {} }: Answer, told: Told): string[] {
  return Object.keys(headers)
    .filter((name) => /^x-(request|trace)-id$/i.test(name) && !told.headers.has(name))
    .map((name) => `there is no header ${name}`);
}

function bodyFaults(operation: Operation, { content = {} }: Answer, told: Told): string[] {
  const type = (told.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const media = content[type];
  if (media === undefined) return Object.keys(content).length === 0 ? [] : [`${type} is not documented`];
  if (!type.includes('json') || media.schema === undefined) return [];
  const key = `${type === PROBLEM ? '' : operation.operationId} ${type} ${told.status}`;
  const validate = validators.get(key) ?? ajv.compile(closedSchema(media.schema));
  validators.set(key, validate);
  const faults = validate(told.json) === true ? [] : [`${ajv.errorsText(validate.errors)}: ${told.text}`];
  return type === PROBLEM ? [...faults, ...codeFaults(Object.keys(media.examples ?? {}), told)] : faults;
}

function codeFaults(documented: readonly string[], { status, json }: Told): string[] {
  const { code } = json as { code: string };
  if (documented.includes(code) || documented.some((known) => OF_REFUSALS.includes(known))) return [];
  return [`the code ${code} is not documented for ${status}`];
}
