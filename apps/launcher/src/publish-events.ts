import 'reflect-metadata';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import type { EventDocument } from '@ballast/contracts/asyncapi';
import { eventBreaks } from '@ballast/contracts/event-breaks';
import { EVENTS_PATH, PUBLISHED_EVENTS_PATH } from './generated-files.js';

/** Said with the command by whoever has decided to break readers. */
const ALLOW = '--allow-breaking';

const read = (path: string): EventDocument => JSON.parse(readFileSync(path, 'utf8')) as EventDocument;
const breaks = existsSync(PUBLISHED_EVENTS_PATH) ? eventBreaks(read(PUBLISHED_EVENTS_PATH), read(EVENTS_PATH)) : [];
for (const words of breaks) console.error(`✗ ${words}`);
if (breaks.length > 0 && !process.argv.includes(ALLOW)) {
  console.error(`These break readers of the published events; ${ALLOW} publishes them all the same.`);
  process.exitCode = 1;
} else {
  copyFileSync(EVENTS_PATH, PUBLISHED_EVENTS_PATH);
  console.log(`wrote ${PUBLISHED_EVENTS_PATH}`);
}
