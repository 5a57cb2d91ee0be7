import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import {
  CLIENT_ROUTES_PATH,
  CLIENT_TYPES_PATH,
  OPENAPI_PATH,
  clientRoutesOf,
  clientTypesOf,
  previewOfApi,
  textOf,
} from './api-files.js';

const api = await previewOfApi();
const document = textOf(api);
writeFileSync(OPENAPI_PATH, document);
console.log(`wrote ${OPENAPI_PATH}`);
writeFileSync(CLIENT_TYPES_PATH, await clientTypesOf(document));
console.log(`wrote ${CLIENT_TYPES_PATH}`);
writeFileSync(CLIENT_ROUTES_PATH, clientRoutesOf(api));
console.log(`wrote ${CLIENT_ROUTES_PATH}`);
