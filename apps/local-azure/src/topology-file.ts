import { readFileSync } from 'node:fs';
import type { LocalTopology } from './start-local-azure.js';

/** The database of a file that names none. */
const DATABASE_NAME = 'local';

type FieldType = 'text' | 'texts' | 'number' | 'flag' | 'number or null' | Fields | 'composite indexes';
interface Fields {
  readonly [name: string]: FieldType;
}

const POLICY: Fields = {
  lockDurationMs: 'number',
  maxDeliveryCount: 'number',
  defaultTtlMs: 'number or null',
  deadLettersExpired: 'flag',
  requiresSession: 'flag',
  deadLettersFilterErrors: 'flag',
};
const SIZES: Fields = { messageBytesMax: 'number', entityBytesMax: 'number' };

/** Fields with a shape are lists of it; `name` is the only field that must be there, besides a container's key. */
const SHAPE: Fields = {
  database: 'text',
  containers: {
    name: 'text',
    owner: 'text',
    partitionKeyPaths: 'texts',
    defaultTtlSeconds: 'number',
    indexedPaths: 'texts',
    compositeIndexes: 'composite indexes',
  },
  queues: { name: 'text', detectsDuplicates: 'flag', ...POLICY, ...SIZES },
  replicaSubscriptions: { name: 'text', topics: 'texts', autoDeleteOnIdleSeconds: 'number' },
  topics: { name: 'text', ...SIZES, subscriptions: { name: 'text', sqlFilter: 'text', ...POLICY } },
};

/** Reads what shall exist from the start out of a JSON file. Throws with the place of what is wrong. */
export function readTopologyFile(file: string): LocalTopology {
  try {
    return readTopology(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`The topology file ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Checks a topology and fills in what it leaves out. Throws with the place of what is wrong. */
export function readTopology(value: unknown): LocalTopology {
  requireFields(value, SHAPE, '');
  const given = value as Partial<LocalTopology>;
  const { database = DATABASE_NAME, containers = [], queues = [], replicaSubscriptions = [] } = given;
  for (const [index, container] of containers.entries()) {
    if (container.partitionKeyPaths === undefined) throw new Error(`/containers/${index} needs partitionKeyPaths.`);
  }
  const topics = (given.topics ?? []).map((topic) => ({ ...topic, subscriptions: topic.subscriptions ?? [] }));
  return { database, containers, queues, topics, replicaSubscriptions };
}

function requireFields(value: unknown, fields: Fields, at: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${at || 'It'} must be an object.`);
  if ('name' in fields && !('name' in value)) throw new Error(`${at} needs a name.`);
  for (const [name, content] of Object.entries(value)) {
    const type = Object.hasOwn(fields, name) ? fields[name]! : undefined;
    if (type === undefined) throw new Error(`${at}/${name} is not known.`);
    if (typeof type === 'object') requireList(content, type, `${at}/${name}`);
    else if (!IS[type](content)) throw new Error(`${at}/${name} must be ${WORDS[type]}.`);
  }
}

function requireList(value: unknown, fields: Fields, at: string): void {
  if (!Array.isArray(value)) throw new Error(`${at} must be a list.`);
  for (const [index, entry] of value.entries()) requireFields(entry, fields, `${at}/${index}`);
}

type ScalarType = Exclude<FieldType, Fields>;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);
const isIndex = (value: unknown): boolean => {
  const { path, order } = (value ?? {}) as { path?: unknown; order?: unknown };
  return isText(path) && (order === 'ascending' || order === 'descending');
};

const IS: Readonly<Record<ScalarType, (value: unknown) => boolean>> = {
  text: isText,
  texts: (value) => Array.isArray(value) && value.every(isText),
  number: isWhole,
  'number or null': (value) => value === null || isWhole(value),
  flag: (value) => typeof value === 'boolean',
  'composite indexes': (value) =>
    Array.isArray(value) && value.every((paths) => Array.isArray(paths) && paths.every(isIndex)),
};

const WORDS: Readonly<Record<ScalarType, string>> = {
  text: 'a text',
  texts: 'a list of texts',
  number: 'a whole number',
  'number or null': 'a whole number or null',
  flag: 'true or false',
  'composite indexes': 'a list of lists of { path, order }',
};
