import { ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accepts } from '../domain/accept.js';
import type { MediaType } from '../domain/openapi.js';

/** Metadata key under which Nest's decorators keep the documented answers of a handler, by status. */
const DOCUMENTED_ANSWERS = 'swagger/apiResponse';
/** What a handler answers with that documents no media type of its own. */
const PRODUCED_BY_DEFAULT = ['application/json', 'application/problem+json'] as const;

type Documented = Readonly<Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>>;

/** Ends a request with the problem `not-acceptable` where its `Accept` leaves out all that the handler documents. */
@Injectable()
export class AcceptGuard implements CanActivate {
  private readonly produced = new WeakMap<object, readonly string[]>();

  canActivate(context: ExecutionContext): boolean {
    const { headers, url } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!url.startsWith('/v1/') || accepts(headers.accept, this.producedBy(context.getHandler()))) return true;
    throw new ProblemException('not-acceptable');
  }

  private producedBy(handler: object): readonly string[] {
    const known = this.produced.get(handler) ?? producedAsDocumented(handler);
    this.produced.set(handler, known);
    return known;
  }
}

function producedAsDocumented(handler: object): readonly string[] {
  const answers = (Reflect.getMetadata(DOCUMENTED_ANSWERS, handler) ?? {}) as Documented;
  const own = Object.entries(answers).flatMap(([status, { content = {} }]) =>
    Number(status) < 400 ? Object.keys(content) : [],
  );
  return own.length === 0 ? PRODUCED_BY_DEFAULT : own;
}
