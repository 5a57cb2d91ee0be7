import type { operations } from './api-types.js';

/** The name of an operation, as the API's document has it. */
export type OperationName = keyof operations;

type ParametersOf<Name extends OperationName> = operations[Name]['parameters'];
type Part<Name extends OperationName, Where extends 'path' | 'query' | 'header'> = [
  Exclude<ParametersOf<Name>[Where], undefined>,
] extends [never]
  ? undefined
  : Exclude<ParametersOf<Name>[Where], undefined>;
type HeadersOf<Name extends OperationName> =
  Part<Name, 'header'> extends object ? Omit<Part<Name, 'header'>, 'Idempotency-Key'> : undefined;
type BodyOf<Name extends OperationName> = operations[Name] extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer Body } };
}
  ? Body
  : undefined;

type Given<Key extends string, Value> = [Value] extends [undefined]
  ? { readonly [K in Key]?: never }
  : Record<never, never> extends Value
    ? { readonly [K in Key]?: Value }
    : { readonly [K in Key]: Value };

/** What an operation is told: parameters by place, and the body. */
export type ArgumentsOf<Name extends OperationName> = Given<'path', Part<Name, 'path'>> &
  Given<'query', Part<Name, 'query'>> &
  Given<'headers', HeadersOf<Name>> &
  Given<'body', BodyOf<Name>> & {
    /** Your name for the write; absent, the call gets one of its own, which all its tries share. */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

type Success = 200 | 201 | 202;
type ContentOf<Answer> = Answer extends { readonly content: infer Content }
  ? 'text/event-stream' extends keyof Content
    ? ReadableStream<Uint8Array>
    : Content[keyof Content]
  : undefined;
type Answers<Name extends OperationName> = operations[Name]['responses'];

/** What an operation answers when it succeeds. */
export type AnswerOf<Name extends OperationName> = {
  [Status in keyof Answers<Name>]: Status extends Success ? ContentOf<Answers<Name>[Status]> : never;
}[keyof Answers<Name>];
