import { readFileSync } from 'node:fs';
import {
  asyncApiJson,
  capitalRefusalTable,
  eventSchemasJson,
  eventTable,
  lifeOfOneOrder,
  refusalTable,
  topologyJson,
  withBlock,
} from './generated-blocks.js';

/** The events as they are now, as this repository keeps them. */
export const EVENTS_PATH = 'libs/contracts/asyncapi.json';
/** The events as they were last published: what consumers build on. */
export const PUBLISHED_EVENTS_PATH = 'libs/contracts/asyncapi.v1.json';

/** Every file that is generated in whole or in part, with what it should contain now. */
export function generatedFiles(): { readonly path: string; readonly content: string }[] {
  const read = (path: string): string => readFileSync(path, 'utf8');
  return [
    { path: 'infra/topology.json', content: topologyJson() },
    { path: 'libs/contracts/event-schemas.json', content: eventSchemasJson() },
    { path: EVENTS_PATH, content: asyncApiJson(read) },
    { path: 'README.md', content: withBlock(read('README.md'), 'life of one order', lifeOfOneOrder()) },
    { path: 'libs/contracts/README.md', content: withBlock(read('libs/contracts/README.md'), 'events', eventTable()) },
    { path: 'apps/orders/README.md', content: withBlock(read('apps/orders/README.md'), 'refusals', refusalTable()) },
    {
      path: 'apps/ledger/README.md',
      content: withBlock(read('apps/ledger/README.md'), 'refusals', capitalRefusalTable()),
    },
  ];
}
