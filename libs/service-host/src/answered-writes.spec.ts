import { DocumentConflict, PreconditionLost } from '@ballast/cosmos';
import type { CommitOperation, Stored } from '@ballast/cosmos';
import { AnsweredWrites, PERFORMED_MS_MAX } from './answered-writes.js';
import type { Clock } from './clock.js';
import type { RepeatableWrite } from './request-parts.js';

/** One container as its client sees it: a document under an id, and an ETag that changes with every write. */
class Documents {
  readonly rows = new Map<string, Stored<unknown>>();
  private writes = 0;

  async read<D>(id: string): Promise<Stored<D> | undefined> {
    return this.rows.get(id) as Stored<D> | undefined;
  }

  async commit(
    _partition: readonly string[],
    [operation]: readonly CommitOperation[],
  ): Promise<(string | undefined)[]> {
    if (operation === undefined) return [];
    if ('delete' in operation) {
      if (!this.rows.delete(operation.delete.id)) throw new PreconditionLost(operation.delete.id);
      return [undefined];
    }
    const document = 'create' in operation ? operation.create : 'replace' in operation ? operation.replace : {};
    const { id } = document as { id: string };
    if ('create' in operation && this.rows.has(id)) throw new DocumentConflict(id);
    if ('replace' in operation && this.rows.get(id)?.etag !== operation.ifMatch) throw new PreconditionLost(id);
    this.writes += 1;
    this.rows.set(id, { document: JSON.parse(JSON.stringify(document)) as unknown, etag: `"${this.writes}"` });
    return [`"${this.writes}"`];
  }
}

let documents: Documents;
let nowMs: number;
let answered: AnsweredWrites;
let performed: number;

beforeEach(() => {
  [documents, nowMs, performed] = [new Documents(), 1_000_000, 0];
  answered = new AnsweredWrites(documents, { now: () => nowMs } as Clock);
});

const write: RepeatableWrite = { callerId: 'usr_1', idempotencyKey: 'key-1', requestHash: 'a' };
const perform = async (): Promise<{ nth: number }> => {
  performed += 1;
  return { nth: performed };
};

it('performs a write once under a key and gives its first answer again', async () => {
  expect(await answered.once(write, perform)).toEqual({ nth: 1 });
  expect(await answered.once(write, perform)).toEqual({ nth: 1 });
  expect(performed).toBe(1);
});

it('performs it in any case where there is no key, and keeps nothing', async () => {
  const unnamed = { callerId: 'usr_1', requestHash: 'a' };
  expect([await answered.once(unnamed, perform), await answered.once(unnamed, perform)]).toEqual([
    { nth: 1 },
    { nth: 2 },
  ]);
  expect(documents.rows.size).toBe(0);
});

it('performs it for another key and for another caller', async () => {
  await answered.once(write, perform);
  await answered.once({ ...write, idempotencyKey: 'key-2' }, perform);
  await answered.once({ ...write, callerId: 'usr_2' }, perform);
  expect(performed).toBe(3);
});

it('refuses another request under the key', async () => {
  await answered.once(write, perform);
  await expect(answered.once({ ...write, requestHash: 'b' }, perform)).rejects.toMatchObject({
    code: 'idempotency-key-reused',
  });
  expect(performed).toBe(1);
});

it('remembers that there was nothing to say', async () => {
  const silent = async (): Promise<void> => void (performed += 1);
  expect([await answered.once(write, silent), await answered.once(write, silent)]).toEqual([undefined, undefined]);
  expect(performed).toBe(1);
});

it('has one effect for a hundred at once, and one answer', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => answered.once(write, perform)));
  expect(performed).toBe(1);
  expect(answers).toEqual(Array.from({ length: 100 }, () => ({ nth: 1 })));
});

it('leaves the key free where nothing was done', async () => {
  const refuse = (): Promise<never> => Promise.reject(new Error('no'));
  await expect(answered.once(write, refuse)).rejects.toThrow('no');
  expect(await answered.once({ ...write, requestHash: 'b' }, perform)).toEqual({ nth: 1 });
});

describe('while somebody performs it', () => {
  let finish: (value: object) => void;
  let first: Promise<object>;
  beforeEach(async () => {
    const begun = new Promise<void>((resolve) => {
      first = answered.once(write, () => {
        resolve();
        return new Promise<object>((answer) => (finish = answer));
      });
    });
    await begun;
  });

  it('waits for the answer', async () => {
    const second = answered.once(write, perform);
    finish({ nth: 'first' });
    expect(await Promise.all([first, second])).toEqual([{ nth: 'first' }, { nth: 'first' }]);
    expect(performed).toBe(0);
  });

  it('refuses another request at once', async () => {
    await expect(answered.once({ ...write, requestHash: 'b' }, perform)).rejects.toMatchObject({
      code: 'idempotency-key-reused',
    });
    finish({});
    await first;
  });

  it('asks to come again after a while', async () => {
    const waiting = answered.once(write, perform);
    nowMs += PERFORMED_MS_MAX - 1;
    await expect(waiting).rejects.toMatchObject({ code: 'write-under-way', retryAfterMs: 1_000 });
    finish({});
    await first;
  });

  it('performs it where whoever began is gone; both give the answer that is kept', async () => {
    nowMs += PERFORMED_MS_MAX;
    expect(await answered.once(write, perform)).toEqual({ nth: 1 });
    finish({ nth: 'late' });
    expect(await first).toEqual({ nth: 1 });
  });
});
