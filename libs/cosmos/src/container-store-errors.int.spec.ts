import { startScriptedServer } from '../test/scripted-server.js';
import type { Script, ScriptedServer } from '../test/scripted-server.js';
import { ContainerStore } from './container-store.js';
import { DocumentConflict, PreconditionLost, StoreUnavailable } from './store-errors.js';

const PARTITION = ['ballast', 'profile-1'];
const THROTTLED: Script = { status: 429, headers: { 'x-ms-retry-after-ms': '7' }, body: { message: 'slow down' } };

function refusal(status: number, substatus?: number): Script {
  const headers: Record<string, string> = substatus === undefined ? {} : { 'x-ms-substatus': String(substatus) };
  return { status, headers, body: { code: 'Refused', message: `because of ${status}` } };
}

describe('what the store says when the server is unwell', () => {
  let server: ScriptedServer;
  let script: Script;
  let store: ContainerStore;

  beforeEach(async () => {
    server = await startScriptedServer(() => script);
    store = new ContainerStore(server.container);
  });
  afterEach(() => server.close());

  const commit = () => store.commit(PARTITION, [{ create: { id: 'a' } }, { create: { id: 'b' } }]);
  const calls: [string, () => Promise<unknown>][] = [
    ['commit', commit],
    ['read', () => store.read('a', PARTITION)],
    ['query', () => store.query({ query: 'SELECT * FROM c', parameters: {}, partition: PARTITION, pageSize: 1 })],
  ];

  describe.each(calls)('%s', (_name, call) => {
    it.each([408, 410, 449, 500, 503])('is unavailable after a %d', async (status) => {
      script = refusal(status);
      await expect(call()).rejects.toThrow(StoreUnavailable);
    });

    it.each([400, 401, 403, 413])('is a bug after a %d', async (status) => {
      script = refusal(status);
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(StoreUnavailable);
      expect((error as Error).message).toContain(`because of ${status}`);
    });

    it('is unavailable while the account fails over', async () => {
      script = refusal(403, 3);
      await expect(call()).rejects.toThrow(StoreUnavailable);
    });

    it('is unavailable while a replica lags behind the session', async () => {
      script = refusal(404, 1002);
      await expect(call()).rejects.toThrow(StoreUnavailable);
    });

    it('is a bug without its container', async () => {
      script = refusal(404, 1003);
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(StoreUnavailable);
    });

    it('is unavailable after the bounded repetitions of a throttled request', async () => {
      script = THROTTLED;
      await expect(call()).rejects.toMatchObject({ code: 'store-unavailable' });
      const own = server.requests.filter((request) => !('x-ms-cosmos-is-query-plan-request' in request.headers));
      expect(own).toHaveLength(6);
    });
  });

  it('names the wait that the server asked for', async () => {
    script = THROTTLED;
    await expect(store.read('a', PARTITION)).rejects.toMatchObject({ retryAfterMs: 7 });
  });

  it('never repeats a commit whose answer was lost', async () => {
    script = 'hang up';
    await expect(commit()).rejects.toThrow(StoreUnavailable);
    expect(server.requests).toHaveLength(1);
  });

  it('is unavailable when nobody listens', async () => {
    await server.close();
    await expect(commit()).rejects.toThrow(StoreUnavailable);
    await expect(store.read('a', PARTITION)).rejects.toThrow(StoreUnavailable);
  });
});

describe('a batch that fails', () => {
  let server: ScriptedServer;
  let results: { statusCode: number; subStatusCode?: number; retryAfterMilliseconds?: number }[];

  beforeEach(async () => {
    server = await startScriptedServer(() => ({ status: 207, body: results }));
  });
  afterEach(() => server.close());

  const operations = [{ create: { id: 'a' } }, { replace: { id: 'b' }, ifMatch: '"1"' }, { upsert: { id: 'c' } }];
  const commit = () => new ContainerStore(server.container).commit(PARTITION, operations);
  const failing = (index: number, statusCode: number) =>
    operations.map((_, at) => (at === index ? { statusCode } : { statusCode: 424 }));

  it('is a conflict of the document that exists', async () => {
    results = failing(0, 409);
    await expect(commit()).rejects.toMatchObject({ name: 'DocumentConflict', id: 'a' });
    await expect(commit()).rejects.toBeInstanceOf(DocumentConflict);
  });

  it.each([412, 404])('is a lost precondition when a replace meets %d', async (status) => {
    results = failing(1, status);
    await expect(commit()).rejects.toMatchObject({ name: 'PreconditionLost', id: 'b' });
    await expect(commit()).rejects.toBeInstanceOf(PreconditionLost);
  });

  it('is unavailable when one operation was throttled, and names the wait', async () => {
    results = [{ statusCode: 424 }, { statusCode: 424 }, { statusCode: 429, retryAfterMilliseconds: 11 }];
    await expect(commit()).rejects.toMatchObject({ code: 'store-unavailable', retryAfterMs: 11 });
  });

  it.each([400, 413])('is a bug when an operation is refused with %d', async (status) => {
    results = failing(2, status);
    const error = await commit().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreUnavailable);
  });

  it('does not pass for a success when the answer says nothing of an operation', async () => {
    results = [{ statusCode: 201 }];
    await expect(commit()).rejects.toThrow(StoreUnavailable);
  });
});

describe('what a commit asks for', () => {
  it('is one atomic request in one partition without the documents in the answer', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: [{ statusCode: 201, eTag: '"1"' }] }));
    try {
      const etags = await new ContainerStore(server.container).commit(PARTITION, [{ create: { id: 'a', kind: 'x' } }]);
      expect(etags).toEqual(['"1"']);
      expect(server.requests).toHaveLength(1);
      expect(server.requests[0]?.headers).toMatchObject({
        'x-ms-cosmos-batch-atomic': 'true',
        'x-ms-documentdb-partitionkey': JSON.stringify(PARTITION),
        'x-ms-consistency-level': 'Session',
        prefer: 'return=minimal',
      });
    } finally {
      await server.close();
    }
  });

  it('is nothing without operations, and a bug with more than a batch holds', async () => {
    const server = await startScriptedServer(() => ({ status: 500 }));
    try {
      const store = new ContainerStore(server.container);
      await expect(store.commit(PARTITION, [])).resolves.toEqual([]);
      const tooMany = Array.from({ length: 101 }, (_, index) => ({ create: { id: String(index) } }));
      await expect(store.commit(PARTITION, tooMany)).rejects.toThrow('101 operations');
      expect(server.requests).toHaveLength(0);
    } finally {
      await server.close();
    }
  });
});
