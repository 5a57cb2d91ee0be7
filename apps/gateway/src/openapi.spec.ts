import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import Ajv from 'ajv';
import {
  CLIENT_ROUTES_PATH,
  CLIENT_TYPES_PATH,
  OPENAPI_PATH,
  PUBLISHED_PATH,
  clientRoutesOf,
  previewOfApi,
  sealOf,
  textOf,
} from './api-files.js';
import { breakingChanges } from './domain/breaking-changes.js';
import { answersOf, operationsOf } from './domain/openapi.js';
import type { ApiDocument, MediaType, PlacedOperation } from './domain/openapi.js';

const kept = readFileSync(OPENAPI_PATH, 'utf8');
const document = JSON.parse(kept) as ApiDocument;
const operations = operationsOf(document).map((placed) => [placed.operation.operationId, placed] as const);
const ajv = new Ajv({ logger: false }).addSchema({ $id: 'api', components: { schemas: document.components.schemas } });

/** What ends with tokens, or with a challenge to show a second factor. */
const SIGN_INS = ['/v1/auth/login', '/v1/auth/oidc/{provider}/complete'];

/** What the validator finds wrong with the example of a body. */
function exampleErrors({ schema, example, examples }: MediaType): unknown[] {
  const local = JSON.parse(JSON.stringify(schema ?? {}).replaceAll('"#/', '"api#/')) as object;
  const validate = ajv.compile(local);
  const shown = examples === undefined ? [example] : Object.values(examples).map(({ value }) => value);
  return shown.filter((value) => validate(value) !== true).map((value) => [value, validate.errors]);
}

describe('the OpenAPI document in the repository', () => {
  it('is that of the routes (npm run generate)', async () => {
    expect(textOf(await previewOfApi())).toBe(kept);
  });

  it('is what the types of the client were made from (npm run generate)', () => {
    const [seal, ...types] = readFileSync(CLIENT_TYPES_PATH, 'utf8').split('\n');
    expect(seal).toBe(sealOf(kept, types.join('\n')));
  });

  it('is what the client knows of where operations are (npm run generate)', () => {
    expect(readFileSync(CLIENT_ROUTES_PATH, 'utf8')).toBe(clientRoutesOf(document));
  });

  it('breaks nobody who builds on the published one', () => {
    const published = JSON.parse(readFileSync(PUBLISHED_PATH, 'utf8')) as ApiDocument;
    expect(breakingChanges({ published, current: document })).toEqual([]);
  });

  it('is OpenAPI 3.1 by its rules', async () => {
    const config = await createConfig({ rules: { struct: 'error', 'no-unresolved-refs': 'error' } });
    const wrong = await lintFromString({ source: kept, absoluteRef: OPENAPI_PATH, config });
    expect(wrong.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([]);
  });

  it('is of the version 3.1 and names each operation once', () => {
    expect(document.openapi).toBe('3.1.0');
    const names = operations.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+([A-Z][a-z0-9]*)+$/.test(name))).toEqual([]);
  });
});

describe.each(operations)('%s', (_name, placed: PlacedOperation) => {
  const { method, path, operation } = placed;
  const answers = answersOf(operation, document);
  const isPublic = operation.security?.length === 0;

  it('says what it is for, and who may: @Roles or @Public on its handler', () => {
    expect(operation.summary).toMatch(/^[A-Z].*\.$/s);
    expect(operation.tags).toHaveLength(1);
    expect(isPublic || (operation['x-roles']?.length ?? 0) > 0).toBe(true);
  });

  it('describes its parameters', () => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters = operation.parameters ?? [];
    expect(parameters.filter(({ in: where }) => where === 'path').map(({ name }) => name)).toEqual(inPath);
    expect(parameters.filter(({ description, schema }) => !description || schema === undefined)).toEqual([]);
  });

  it('has answers with schemas and examples that fit them', () => {
    const success = answers.filter(([status]) => status.startsWith('2'));
    // Signing in says whether there is a second step.
    expect(success).toHaveLength(SIGN_INS.includes(path) ? 2 : 1);
    for (const [status, { description, content = {}, headers = {} }] of answers) {
      expect(description).toBeTruthy();
      expect(Object.keys(headers)).toEqual(
        expect.arrayContaining(['X-Request-Id', 'X-Trace-Id', 'RateLimit-Policy', 'RateLimit']),
      );
      if (status !== '204') expect(Object.keys(content)).toHaveLength(1);
      for (const media of Object.values(content)) expect(exampleErrors(media)).toEqual([]);
    }
    for (const media of Object.values(operation.requestBody?.content ?? {})) expect(exampleErrors(media)).toEqual([]);
  });

  it('names the problems that every caller can meet', () => {
    const statuses = answers.map(([status]) => status);
    expect(statuses).toEqual(expect.arrayContaining(['429', '500', '503']));
    if (!isPublic) expect(statuses).toContain('401');
    if (path.includes('{')) expect(statuses).toContain('404');
    if (operation.requestBody !== undefined) expect(statuses).toEqual(expect.arrayContaining(['400', '413', '415']));
    if (method === 'GET') expect(operation.requestBody).toBeUndefined();
    const problems = answers.filter(([status]) => Number(status) >= 400).flatMap(([, { content = {} }]) => content);
    for (const content of problems) expect(Object.keys(content)).toEqual(['application/problem+json']);
  });
});
