import 'reflect-metadata';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { OPENAPI_PATH, PUBLISHED_PATH } from './api-files.js';
import { breakingChanges } from './domain/breaking-changes.js';
import type { ApiDocument } from './domain/openapi.js';

/** Said with the command by whoever has decided to break callers. */
const ALLOW = '--allow-breaking';

const read = (path: string): ApiDocument => JSON.parse(readFileSync(path, 'utf8')) as ApiDocument;
const breaks = existsSync(PUBLISHED_PATH)
  ? breakingChanges({ published: read(PUBLISHED_PATH), current: read(OPENAPI_PATH) })
  : [];
for (const words of breaks) console.error(`✗ ${words}`);
if (breaks.length > 0 && !process.argv.includes(ALLOW)) {
  console.error(`These break callers of the published API; ${ALLOW} publishes them all the same.`);
  process.exitCode = 1;
} else {
  copyFileSync(OPENAPI_PATH, PUBLISHED_PATH);
  console.log(`wrote ${PUBLISHED_PATH}`);
}
