import { resolved } from '../../../gateway/src/domain/openapi.js';
import type { PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import type { Ask } from './api-platform.js';
import type { Belongings } from './belongings.js';
import { API } from './document.js';
import { requestOf } from './matrix.js';

/** A request of somebody who names, in one place, what is somebody else's. */
export interface ForeignAsk {
  /** The parameter or field. */
  readonly name: string;
  readonly isInPath: boolean;
  readonly ask: Ask;
}

/** A request for each place of the operation where something of the victim's can be named; all else is the attacker's. */
export function foreignAsks(placed: PlacedOperation, victim: Belongings, attacker: Belongings): ForeignAsk[] {
  return placesIn(placed, victim).map(({ name: place, isInPath }) => ({
    name: place,
    isInPath,
    ask: requestOf(placed, (pattern, name) => (name === place ? victim : attacker).idMatching(pattern)),
  }));
}

/** The same request of the owner, who names only what is theirs. */
export function ownAsk(placed: PlacedOperation, owner: Belongings): Ask {
  return requestOf(placed, (pattern) => owner.idMatching(pattern));
}

function placesIn({ operation }: PlacedOperation, owner: Belongings): { name: string; isInPath: boolean }[] {
  const names = (pattern: string | undefined): boolean =>
    pattern !== undefined && owner.idMatching(pattern) !== undefined;
  const body = operation.requestBody?.content['application/json']?.schema;
  const fields = Object.entries(body === undefined ? {} : (resolved(body, API).properties ?? {}));
  return [
    ...(operation.parameters ?? [])
      .filter(({ schema }) => names(schema?.pattern))
      .map(({ name, in: where }) => ({ name, isInPath: where === 'path' })),
    ...fields.filter(([, field]) => names(resolved(field, API).pattern)).map(([name]) => ({ name, isInPath: false })),
  ];
}
