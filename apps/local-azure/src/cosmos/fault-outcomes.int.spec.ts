import { BulkOperationType, ChangeFeedStartFrom, type Container, type OperationInput } from '@azure/cosmos';
import { Faults } from '../faults/faults.js';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

const KEY = 'p1';
const document = (id: string) => ({ id, pk: KEY });
const create = (id: string) => ({ operationType: BulkOperationType.Create, resourceBody: document(id) });

/** Each kind of request, by the name under which faults and usage know it. */
const CALLS: Readonly<Record<string, (container: Container) => Promise<unknown>>> = {
  read: (container) => container.item('known', KEY).read(),
  create: (container) => container.items.create(document('by create')),
  batch: (container) => container.items.batch([create('by batch') as OperationInput], KEY),
  query: (container) => container.items.query('SELECT * FROM c', { partitionKey: KEY }).fetchNext(),
  'change-feed': (container) =>
    container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() }).readNext(),
  bulk: (container) => container.items.bulk([{ ...create('by bulk'), partitionKey: KEY } as OperationInput]),
};

/**
 * What a client with the settings of the SDK comes to when one request of each kind is befallen: `done` after that many requests
 * that the server has seen, or what it raises, in the order of the calls above. A batch or bulk request raises an error without a code.
 */
const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  'cosmos-throttled': ['done 2', 'done 2', 'done 2', 'done 2', 'done', 'raised'],
  'cosmos-retry-with': ['449', '449', 'raised', '449', '449', 'raised'],
  'cosmos-gone': ['410/1002', '410/1002', 'raised', '410/1002', 'done', 'done 2'],
  'cosmos-splitting': ['410/1007', '410/1007', 'raised', '410/1007', 'done', 'done 2'],
  'cosmos-migrating': ['410/1008', '410/1008', 'raised', '410/1008', 'done', 'raised'],
  'cosmos-stale-name': ['410/1000', '410/1000', 'raised', '410/1000', 'done', 'raised'],
  'cosmos-write-forbidden': ['done 2', 'done 2', 'done 2', 'done 2', 'done', 'done 2'],
  'cosmos-session-not-available': ['done 2', 'done 2', 'done 2', 'done 2', 'done', 'done 2'],
  'cosmos-unavailable': ['done 2', '503', 'raised', 'done 2', 'done', 'raised'],
  'cosmos-internal-error': ['500', '500', 'raised', '500', '500', 'raised'],
  'cosmos-timeout': ['408', '408', 'raised', '408', '408', 'raised'],
  'cosmos-done-and-timeout': ['408', '408', 'raised', '408', '408', 'raised'],
  'cosmos-request-lost': ['done 2', 'ECONNRESET', 'raised', 'done 2', 'done', 'raised'],
  'cosmos-answer-lost': ['done 2', 'ECONNRESET', 'raised', 'done 2', 'done', 'raised'],
};
const DONE_ALTHOUGH_RAISED: ReadonlySet<string> = new Set(['cosmos-done-and-timeout', 'cosmos-answer-lost']);

describe.each(RANGE_COUNTS)('one request befallen by a fault, through the real SDK, %d range(s)', (ranges) => {
  const outcomes = new Map<string, { came: string[]; stored: boolean[] }>();
  let undeclared: string[];

  // Many calls wait a second before they are repeated: all of them do so at once, each fault on a container of its own.
  beforeAll(async () => {
    const faults = new Faults();
    const fixture = await CosmosFixture.start({ faults, ranges });
    const declared = faults.listed().map(({ kind }) => kind);
    undeclared = declared.filter((kind) => !(kind in OUTCOMES));
    await Promise.all(
      Object.keys(OUTCOMES).map(async (kind) => {
        const { container } = await fixture.database.containers.create({ id: kind, partitionKey: '/pk' });
        await container.items.create(document('known'));
        const came = await Promise.all(
          Object.entries(CALLS).map(async ([call, perform]) => {
            const before = requestsOf(fixture, kind, call);
            await faults.order({ kind, target: `${kind}/${call}`, count: 1 });
            const outcome = await outcomeOf(perform(container));
            const requests = requestsOf(fixture, kind, call) - before;
            return outcome === 'done' && call !== 'change-feed' ? `done ${requests}` : outcome;
          }),
        );
        const stored = ['by create', 'by batch', 'by bulk'].map(async (id) => {
          return (await container.item(id, KEY).read()).statusCode === 200;
        });
        outcomes.set(kind, { came, stored: await Promise.all(stored) });
      }),
    );
    await fixture.close();
  });

  it.each(Object.entries(OUTCOMES))('%s: is repeated or raised, as the SDK has it', (kind, expected) => {
    expect(outcomes.get(kind)!.came).toEqual(expected);
  });

  it.each(Object.entries(OUTCOMES))('%s: has done what it says and nothing that it refuses', (kind, expected) => {
    const [, ofCreate, ofBatch, , , ofBulk] = expected;
    const done = [ofCreate, ofBatch, ofBulk].map((outcome) => outcome!.startsWith('done'));
    expect(outcomes.get(kind)!.stored).toEqual(DONE_ALTHOUGH_RAISED.has(kind) ? [true, true, true] : done);
  });

  it('is every fault that there is, but for those that only delay or fill the storage', () => {
    expect(undeclared).toEqual(['cosmos-slow', 'cosmos-storage-full']);
  });
});

/** Requests of that kind that the server has seen. */
const requestsOf = (fixture: CosmosFixture, container: string, kind: string): number =>
  fixture.usage.snapshot().cosmos.byContainer[container]?.[kind]?.requests ?? 0;

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const { code, substatus } = error as { code?: unknown; substatus?: number };
    if (code === undefined) return 'raised';
    return substatus === undefined ? String(code) : `${String(code)}/${substatus}`;
  }
}
