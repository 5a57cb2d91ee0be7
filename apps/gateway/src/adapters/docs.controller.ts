import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@ballast/contracts';
import type { EventDocument } from '@ballast/contracts/asyncapi';
import { EVENT_DOCUMENT } from '@ballast/contracts/event-document';
import { ProblemException, Public } from '@ballast/service-host';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import type { ApiDocument } from '../domain/openapi.js';
import { describeApi } from './api-document.js';
import { DOCS_PAGE, DOCS_START } from './docs-page.js';
import { eventsPage } from './events-page.js';

/** The files of Swagger UI that the page loads, with their media types. */
const ASSETS: Readonly<Record<string, string | undefined>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The reference of the API and of the events: pages for people, OpenAPI and AsyncAPI for programs. */
@ApiExcludeController()
@Public()
@Controller()
export class DocsController {
  private document: ApiDocument | undefined;
  private write: (() => ApiDocument) | undefined;

  /** The reference is that of the application's routes; until this is told it is not available. It is written when it is first asked for. */
  describe(app: INestApplication, controllers: readonly Type[]): void {
    this.write = () => describeApi(app, controllers);
  }

  @Get('docs-json')
  json(): ApiDocument {
    this.document ??= this.write?.();
    if (this.document === undefined) throw new Failure('docs-not-ready', 'the application is not there yet');
    return this.document;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return DOCS_PAGE;
  }

  @Get('docs/events')
  @Header('content-type', 'text/html; charset=utf-8')
  events(): string {
    return eventsPage(EVENT_DOCUMENT);
  }

  @Get('docs/asyncapi.json')
  eventsJson(): EventDocument {
    return EVENT_DOCUMENT;
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  start(): string {
    return DOCS_START;
  }

  @Get('docs/:file')
  asset(@Param('file') file: string, @Res() reply: FastifyReply): void {
    const mediaType = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (mediaType === undefined) throw new ProblemException('not-found');
    void reply
      .header('content-type', mediaType)
      .header('cache-control', 'public, max-age=3600')
      .send(createReadStream(join(swaggerUiFolder(), file)));
  }
}
