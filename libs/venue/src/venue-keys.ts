import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';

/** A reference to a venue's keys cannot be followed; `message` names the reference and never a value. */
export class VenueKeysError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VenueKeysError';
  }
}

/** Reads a secret of a name, or undefined where there is none. */
export type SecretReader = (name: string) => string | undefined;

const HIDDEN = '[secret]';
/** What a header can carry: anything else is a key that was copied wrongly, and an error of the platform would show it. */
const PRINTABLE = /^[\x21-\x7e]+$/;
const ENVIRONMENT_NAME = /^[A-Z][A-Z0-9_]*$/;
const FILES = { keyId: 'venue-key-id', secret: 'venue-secret' } as const;

/** What opens an account at a venue. It is never shown: as text, as JSON and to whoever inspects it it says that it is secret. */
export class VenueKeys {
  readonly #keyId: string;
  readonly #secret: string;

  /** Throws VenueKeysError for keys that no header could carry. */
  constructor(keyId: string, secret: string) {
    for (const [name, value] of Object.entries({ keyId, secret })) {
      if (!PRINTABLE.test(value)) throw new VenueKeysError(`the ${name} of the venue is empty or has odd characters`);
    }
    this.#keyId = keyId;
    this.#secret = secret;
  }

  get keyId(): string {
    return this.#keyId;
  }

  get secret(): string {
    return this.#secret;
  }

  /** A text with both keys taken out. */
  redact(text: string): string {
    return text.replaceAll(this.#secret, HIDDEN).replaceAll(this.#keyId, '[key]');
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/**
 * Follows a reference to a venue's keys: `env:VENUE` means the secrets `VENUE_KEY_ID` and `VENUE_SECRET`, as `secretOf` knows them;
 * `file:/mnt/venue` the files `venue-key-id` and `venue-secret` in that folder, as Container Apps mounts secrets. A newline at
 * a file's end is no part of the key. Throws VenueKeysError.
 */
export async function openVenueKeys(reference: string, secretOf: SecretReader): Promise<VenueKeys> {
  const [kind, place] = [reference.slice(0, reference.indexOf(':')), reference.slice(reference.indexOf(':') + 1)];
  if (kind === 'env' && ENVIRONMENT_NAME.test(place)) {
    const names = secretNames(place);
    return new VenueKeys(needed(names.keyId, secretOf), needed(names.secret, secretOf));
  }
  if (kind === 'file' && place.startsWith('/')) {
    return new VenueKeys(await fileText(join(place, FILES.keyId)), await fileText(join(place, FILES.secret)));
  }
  // What is not a reference may be a key in the wrong place: it is not repeated.
  throw new VenueKeysError('the reference to the keys of the venue must be env:NAME or file:/folder');
}

/** The names of the secrets that a reference to the environment means; undefined for any other reference. */
export function secretNamesOf(reference: string): { keyId: string; secret: string } | undefined {
  const name = /^env:([A-Z][A-Z0-9_]*)$/.exec(reference)?.[1];
  return name === undefined ? undefined : secretNames(name);
}

function secretNames(name: string): { keyId: string; secret: string } {
  return { keyId: `${name}_KEY_ID`, secret: `${name}_SECRET` };
}

function needed(name: string, secretOf: SecretReader): string {
  const value = secretOf(name);
  if (!value) throw new VenueKeysError(`${name} is missing`);
  return value;
}

async function fileText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new VenueKeysError(`the file ${path} with a key of the venue cannot be read`, { cause: error });
  }
}
