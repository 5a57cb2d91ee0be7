import { PUBLIC, ROLES_ALLOWED } from '@ballast/service-host';
import type { INestApplication, Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { ApiExtension, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { completeDocument } from '../domain/complete-document.js';
import type { ApiDocument } from '../domain/openapi.js';
import { asOpenApi31 } from '../domain/openapi-31.js';

const TITLE = 'Ballast';
const DESCRIPTION =
  'Every order is backed by reserved capital before it may reach a broker, and every step is audited.';
/** The bearer scheme's name in the document. */
const BEARER = 'bearer';
/** The name of API keys in it. */
const API_KEY = 'api-key';

/** The OpenAPI 3.1 document of the application's routes, which are those of `controllers`. */
export function describeApi(app: INestApplication, controllers: readonly Type[]): ApiDocument {
  for (const controller of controllers) noteAccess(controller);
  const config = new DocumentBuilder()
    .setTitle(TITLE)
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access token of a sign-in.' },
      BEARER,
    )
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key, also as a bearer.' },
      API_KEY,
    )
    .build();
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory: () => '' });
  return completeDocument(asOpenApi31(document) as unknown as ApiDocument);
}

/** Writes into the document who may call, from the very metadata that the guard reads. */
function noteAccess(controller: Type): void {
  const prototype = controller.prototype as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const handler = prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) continue;
    const of = (key: string): unknown => Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller);
    const note = (key: string, value: unknown): unknown =>
      ApiExtension(key, value)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
    if (of(PUBLIC) === true) note('x-public', true);
    else if (of(ROLES_ALLOWED) !== undefined) note('x-roles', of(ROLES_ALLOWED));
  }
}
