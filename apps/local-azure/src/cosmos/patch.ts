import { badRequest, preconditionFailed, SUBSTATUS_CONDITION_NOT_MET } from './cosmos-error.js';
import type { DocumentPath } from './document-path.js';
import { applyOperation, parsePointer, type PatchOperation } from './patch-operations.js';
import { isItemSystemProperty } from './item-rules.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { documentPredicate } from './query/document-predicate.js';

/** Operations of one patch at most, as the service has it. */
const OPERATIONS_MAX = 10;
const KINDS: ReadonlySet<string> = new Set(['add', 'set', 'replace', 'remove', 'incr', 'move']);

/** A patch that was read and may be applied to documents. */
export interface Patch {
  readonly operations: readonly PatchOperation[];
  /** Whether a stored document may be patched; absent when any may. */
  readonly condition: ((document: JsonObject) => boolean) | undefined;
}

/**
 * Reads a patch as clients send it: a list of operations, or `{ condition, operations }`. `keyPaths` are the partition key
 * of the container, which cannot be patched. Throws 400.
 */
export function readPatch(body: Json | undefined, keyPaths: readonly DocumentPath[]): Patch {
  const list = isJsonObject(body) ? body['operations'] : body;
  if (!Array.isArray(list) || list.length === 0) throw badRequest('A patch needs a list of operations.');
  if (list.length > OPERATIONS_MAX) {
    throw badRequest(`A patch has at most ${OPERATIONS_MAX} operations, and this one has ${list.length}.`);
  }
  const condition = isJsonObject(body) ? body['condition'] : undefined;
  return {
    operations: list.map((operation, index) => readOperation(operation, index, keyPaths)),
    condition: condition === undefined ? undefined : readCondition(condition),
  };
}

/**
 * A changed copy of a stored document. Operations apply in order, each to what the ones before it left. Throws 412 when the
 * condition is not met, 400 when an operation cannot be done.
 */
export function patched(document: JsonObject, { operations, condition }: Patch): JsonObject {
  if (condition?.(document) === false) throw preconditionFailed(SUBSTATUS_CONDITION_NOT_MET);
  for (const [index, operation] of operations.entries()) {
    try {
      applyOperation(document, operation);
    } catch (error) {
      if (error instanceof RangeError) throw operationRefused(index, error.message);
      throw error;
    }
  }
  return document;
}

function readCondition(condition: Json): (document: JsonObject) => boolean {
  if (typeof condition !== 'string' || !/^\s*from\s/i.test(condition)) {
    throw badRequest('The condition of a patch is a text that begins with FROM.');
  }
  return documentPredicate(`SELECT * ${condition}`);
}

function readOperation(given: Json, index: number, keyPaths: readonly DocumentPath[]): PatchOperation {
  if (!isJsonObject(given)) throw operationRefused(index, 'it is not an object.');
  const { op, path, value, from } = given;
  if (typeof op !== 'string' || !KINDS.has(op)) throw operationRefused(index, `${JSON.stringify(op)} is no operation.`);
  const target = pointerAt(path, index, 'path');
  requirePatchable(target, index, keyPaths);
  if (op === 'remove') return { op, path: target };
  if (op === 'move') {
    const source = pointerAt(from, index, 'from');
    requirePatchable(source, index, keyPaths);
    if (isWithin(target, source)) throw operationRefused(index, 'a value cannot be moved into itself.');
    return { op, path: target, from: source };
  }
  if (value === undefined) throw operationRefused(index, 'it has no value.');
  if (op !== 'incr') return { op: op as 'add' | 'set' | 'replace', path: target, value };
  if (typeof value !== 'number') throw operationRefused(index, 'the value of an increment is a number.');
  return { op, path: target, value };
}

function pointerAt(text: Json | undefined, index: number, name: string): DocumentPath {
  if (typeof text !== 'string' || !text.startsWith('/') || text === '/') {
    throw operationRefused(index, `its ${name} is not a path like /a/b.`);
  }
  return parsePointer(text);
}

/** What names the item or its place cannot be changed, neither directly nor by replacing what contains it. */
function requirePatchable(path: DocumentPath, index: number, keyPaths: readonly DocumentPath[]): void {
  const [root = ''] = path;
  if (
    root === 'id' ||
    isItemSystemProperty(root) ||
    keyPaths.some((key) => isWithin(key, path) || isWithin(path, key))
  ) {
    throw operationRefused(
      index,
      `/${path.join('/')} cannot be patched: it is the id, the partition key or the service's own.`,
    );
  }
}

const isWithin = (path: DocumentPath, outer: DocumentPath): boolean =>
  outer.length <= path.length && outer.every((name, index) => name === path[index]);

const operationRefused = (index: number, reason: string) => badRequest(`For Operation(${index + 1}): ${reason}`);
