import document from '../asyncapi.json' with { type: 'json' };
import type { EventDocument } from './asyncapi.js';

/** The events as AsyncAPI 3.0, as `npm run generate` wrote them from their declarations. */
export const EVENT_DOCUMENT: EventDocument = document as unknown as EventDocument;
