import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { CLIENT_TYPES_PATH, OPENAPI_PATH, clientTypesOf, previewOfApi, textOf } from './api-files.js';

const document = textOf(await previewOfApi());
writeFileSync(OPENAPI_PATH, document);
console.log(`wrote ${OPENAPI_PATH}`);
writeFileSync(CLIENT_TYPES_PATH, await clientTypesOf(document));
console.log(`wrote ${CLIENT_TYPES_PATH}`);
