import { Failure, PRODUCT_ID, SYSTEM_PARTITION, newOrderId, newProfileId, newUserId } from '@ballast/contracts';
import type { AuditPage, AuditVerdict, TimelineView } from '@ballast/contracts/audit';
import { startAuditPlatform } from '../test/audit-platform.js';
import type { AuditPlatform } from '../test/audit-platform.js';
import { eventually } from '../test/eventually.js';
import { someEvent } from '../test/events.js';
import { AuditChains } from './adapters/audit-chains.js';
import { hashOf } from './domain/chain.js';
import type { AuditRecord } from './domain/chain.js';
import { RecordEvents } from './record-events.js';

let platform: AuditPlatform;

beforeAll(async () => {
  platform = await startAuditPlatform();
});
afterAll(() => platform.close());

async function pageOf(query: string): Promise<AuditPage> {
  const { status, body } = await platform.get(`/v1/admin/audit?${query}`, 'operator');
  expect(status).toBe(200);
  return body as AuditPage;
}

const recorded = (chainId: string, count: number): Promise<AuditPage> =>
  eventually(
    () => pageOf(`chainId=${chainId}&limit=500`),
    ({ items }) => items.length >= count,
  );

async function verdictOf(chainId: string): Promise<AuditVerdict['chains'][number]> {
  const { body } = await platform.get(`/v1/admin/audit/verify?chainId=${chainId}`, 'admin');
  const [verdict] = (body as AuditVerdict).chains;
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
}

/** A profile's chain with this many records of one order. */
async function someChain(count: number): Promise<{ profileId: string; orderId: string; ownerid: string }> {
  const profileId = newProfileId(Date.now());
  const orderId = newOrderId(profileId, Date.now());
  const ownerid = newUserId(Date.now());
  const events = Array.from({ length: count }, (_, index) =>
    someEvent(index + 1, { partitionkey: profileId, subject: orderId, ownerid }),
  );
  await platform.send(...events);
  await recorded(profileId, count);
  return { profileId, orderId, ownerid };
}

async function rowAt(chainId: string, position: number): Promise<AuditRecord> {
  const { resources } = await platform.rows.items
    .query<AuditRecord>(
      {
        query: 'SELECT * FROM c WHERE c.position = @position AND c.kind = @kind',
        parameters: [
          { name: '@position', value: position },
          { name: '@kind', value: 'record' },
        ],
      },
      { partitionKey: [PRODUCT_ID, chainId] },
    )
    .fetchAll();
  const [row] = resources;
  if (row === undefined) throw new Error(`no record ${position}`);
  return Object.fromEntries(Object.entries(row).filter(([field]) => !field.startsWith('_'))) as unknown as AuditRecord;
}

/** Tries again after a `Failure`, as a listener does. */
async function untilRecorded(record: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await record();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}

describe('recording', () => {
  it('keeps events of every topic in the chain of their profile, as they were published', async () => {
    const profileId = newProfileId(1_000);
    const of = (topic: string, n: number) =>
      someEvent(n, { id: `${topic}:${profileId}:${n}`, source: `/${topic}`, partitionkey: profileId });
    await platform.send(of('accounts', 1), of('orders', 2), of('ledger', 3), of('orders', 4));
    const { items } = await recorded(profileId, 4);
    expect(items.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    expect(items.map(({ eventId }) => eventId).sort()).toEqual(
      ['accounts', 'ledger', 'orders', 'orders'].map((topic, index) => `${topic}:${profileId}:${[1, 3, 2, 4][index]}`),
    );
    expect(items.find(({ eventId }) => eventId.startsWith('ledger'))?.data).toEqual(of('ledger', 3).data);
    expect(await verdictOf(profileId)).toEqual({ chainId: profileId, records: 4, whole: true });
  });

  it('gathers a burst of one profile into few commits', async () => {
    const { profileId } = await someChain(1);
    const burst = Array.from({ length: 60 }, (_, index) =>
      someEvent(index + 2, { partitionkey: profileId, subject: profileId, data: { index } }),
    );
    await platform.send(...burst);
    const { items } = await recorded(profileId, 61);
    expect(items.map(({ position }) => position)).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
    expect(new Set(items.map(({ recordedAt }) => recordedAt)).size).toBeLessThan(10);
    expect(await verdictOf(profileId)).toMatchObject({ whole: true, records: 61 });
  });

  it('commits what one profile’s events bring over several topics together', async () => {
    const profileId = newProfileId(1_500);
    const part = jest.spyOn(platform.part(RecordEvents), 'execute');
    const of = (topic: string, n: number) =>
      someEvent(n, { id: `${topic}:${profileId}:${n}`, source: `/${topic}`, partitionkey: profileId });
    await platform.send(of('accounts', 1), of('orders', 2), of('ledger', 3));
    await recorded(profileId, 3);
    const calls = part.mock.calls.filter(([chainId]) => chainId === profileId);
    part.mockRestore();
    expect(calls.map(([, events]) => events.length)).toEqual([3]);
  });

  it('records each event once however often and beside whatever it comes again', async () => {
    const profileId = newProfileId(2_000);
    const events = Array.from({ length: 9 }, (_, index) => someEvent(index + 1, { partitionkey: profileId }));
    const recordEvents = platform.part(RecordEvents);
    await recordEvents.execute(profileId, events.slice(0, 6));
    await recordEvents.execute(profileId, events.slice(3));
    await recordEvents.execute(profileId, events);
    expect((await pageOf(`chainId=${profileId}`)).items.map(({ eventId }) => eventId)).toEqual(
      events.map(({ id }) => id),
    );
    expect(await verdictOf(profileId)).toMatchObject({ whole: true, records: 9 });
  });

  it('builds one chain when two replicas record the same events at once', async () => {
    const replica = await platform.startReplica();
    try {
      const profileId = newProfileId(3_000);
      const events = Array.from({ length: 40 }, (_, index) => someEvent(index + 1, { partitionkey: profileId }));
      const verbs = [platform.part(RecordEvents), replica.app.get(RecordEvents, { strict: false })];
      await Promise.all(
        events.flatMap((event) => verbs.map((verb) => untilRecorded(() => verb.execute(profileId, [event])))),
      );
      expect((await pageOf(`chainId=${profileId}&limit=500`)).items).toHaveLength(40);
      expect(await verdictOf(profileId)).toMatchObject({ whole: true, records: 40 });
    } finally {
      await replica.close();
    }
  });

  it('goes on with the chain after a restart', async () => {
    const { profileId } = await someChain(2);
    await platform.restart();
    await platform.send(someEvent(9, { partitionkey: profileId }));
    await recorded(profileId, 3);
    expect(await verdictOf(profileId)).toMatchObject({ whole: true, records: 3 });
  });

  it('lets records expire and never the head', async () => {
    const { profileId } = await someChain(1);
    const chains = platform.part(AuditChains);
    expect((await chains.head(profileId))?.ttl).toBe(-1);
    expect(await rowAt(profileId, 1)).not.toHaveProperty('ttl');
  });
});

describe('verification', () => {
  it('names the record that was edited', async () => {
    const { profileId } = await someChain(5);
    await platform.rows.items.upsert({ ...(await rowAt(profileId, 3)), data: { note: 'nothing happened' } });
    expect(await verdictOf(profileId)).toMatchObject({
      whole: false,
      records: 5,
      finding: 'record 3 was changed: its content does not give its hash',
    });
    const { body } = await platform.get('/v1/admin/audit/verify', 'operator');
    const { whole, chains } = body as AuditVerdict;
    expect(whole).toBe(false);
    expect(chains.filter((chain) => !chain.whole).map(({ chainId }) => chainId)).toEqual([profileId]);
    expect(chains.length).toBeGreaterThan(1);
  });

  it('names the record that was forged with a hash that fits', async () => {
    const { profileId } = await someChain(5);
    const forged = { ...(await rowAt(profileId, 2)), data: { note: 'forged' } };
    await platform.rows.items.upsert({ ...forged, hash: hashOf(forged) });
    expect((await verdictOf(profileId)).finding).toBe('record 2 was changed: record 3 does not name its hash');
  });

  it('names the record that was deleted, in the middle and at the end', async () => {
    const { profileId } = await someChain(5);
    await platform.rows.item((await rowAt(profileId, 5)).id, [PRODUCT_ID, profileId]).delete();
    expect((await verdictOf(profileId)).finding).toBe('record 5 is missing');
    await platform.rows.item((await rowAt(profileId, 2)).id, [PRODUCT_ID, profileId]).delete();
    expect((await verdictOf(profileId)).finding).toBe('record 2 is missing');
  });

  it('names records that changed places', async () => {
    const { profileId } = await someChain(5);
    const [second, fourth] = [await rowAt(profileId, 2), await rowAt(profileId, 4)];
    await platform.rows.items.upsert({ ...second, position: 4 });
    await platform.rows.items.upsert({ ...fourth, position: 2 });
    expect((await verdictOf(profileId)).finding).toMatch(/^record 2 was changed/);
  });

  it('notices a record behind the head, and a head that was taken away', async () => {
    const { profileId } = await someChain(2);
    const last = await rowAt(profileId, 2);
    const forged = { ...last, id: 'orders:forged:1', position: 3, previousHash: last.hash };
    await platform.rows.items.upsert({ ...forged, hash: hashOf(forged) });
    expect((await verdictOf(profileId)).finding).toBe('record 3 lies beyond the head of the chain');
    await platform.rows.item('head', [PRODUCT_ID, profileId]).delete();
    expect((await verdictOf(profileId)).finding).toBe('the head of the chain is missing');
  });
});

describe('reading', () => {
  it('shows an order’s timeline to its owner and to operators only', async () => {
    const { profileId, orderId, ownerid } = await someChain(3);
    await platform.send(someEvent(7, { partitionkey: profileId, subject: profileId, ownerid }));
    await recorded(profileId, 4);
    const path = `/v1/orders/${orderId}/timeline`;
    const own = await platform.get(path, 'trader', ownerid);
    expect(own.status).toBe(200);
    const timeline = own.body as TimelineView;
    expect(timeline.orderId).toBe(orderId);
    expect(timeline.steps.map(({ position, subject }) => [position, subject])).toEqual(
      [1, 2, 3].map((n) => [n, orderId]),
    );
    expect((await platform.get(path, 'operator')).status).toBe(200);
    expect((await platform.get(path, 'trader')).status).toBe(404);
    expect((await platform.get(path, 'viewer')).body).toMatchObject({ code: 'not-found' });
  });

  it('tells an order as it happened, with the exits of its fills under it and those that were placed again', async () => {
    const profileId = newProfileId(2_500);
    const ids = [1, 2, 3, 4].map((ms) => newOrderId(profileId, ms));
    const [entry, exit, unplaced, again] = ids as [string, string, string, string];
    const ownerid = newUserId(Date.now());
    const of = (n: number, given: object) =>
      someEvent(n, { partitionkey: profileId, subject: entry, ownerid, ...given });
    const due = { type: 'order.exits-due.v1' };
    const heldLate = { id: `ledger:${profileId}:1`, source: '/ledger', sequence: 1, type: 'capital.held.v1' };
    await platform.send(
      of(2, { type: 'order.submitted.v1', causationid: heldLate.id }),
      of(3, { ...due, data: { exitOrderId: exit } }),
      of(4, { ...due, data: { exitOrderId: unplaced } }),
      of(5, { subject: exit }),
      of(6, { subject: exit, type: 'order.ended.v1' }),
      of(7, { ...due, subject: exit, data: { exitOrderId: again } }),
      of(8, { subject: again }),
    );
    await recorded(profileId, 7);
    await platform.send(of(9, heldLate), of(1, {}));
    await recorded(profileId, 9);
    const { body } = await platform.get(`/v1/orders/${entry}/timeline`, 'trader', ownerid);
    const { steps, exits } = body as TimelineView;
    expect(steps.map(({ type }) => type)).toEqual([
      'order.placed.v1',
      'capital.held.v1',
      'order.submitted.v1',
      due.type,
      due.type,
    ]);
    expect(exits.map(({ orderId, steps: told }) => [orderId, ...told.map(({ type }) => type)])).toEqual([
      [exit, 'order.placed.v1', 'order.ended.v1', due.type],
      [again, 'order.placed.v1'],
    ]);
  });

  it('answers 404 for an order that nobody knows and for what is no order', async () => {
    const orderId = newOrderId(newProfileId(1), 1);
    expect((await platform.get(`/v1/orders/${orderId}/timeline`, 'admin')).status).toBe(404);
    expect((await platform.get('/v1/orders/nonsense/timeline', 'admin')).status).toBe(404);
  });

  it('pages through a chain, by subject and type too', async () => {
    const { profileId, orderId } = await someChain(5);
    await platform.send(someEvent(8, { partitionkey: profileId, subject: orderId, type: 'order.ended.v1' }));
    await recorded(profileId, 6);
    const first = await pageOf(`chainId=${profileId}&limit=4`);
    const second = await pageOf(`chainId=${profileId}&limit=4&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(second.nextCursor).toBeUndefined();
    expect((await pageOf(`subject=${orderId}&type=order.ended.v1`)).items.map(({ position }) => position)).toEqual([6]);
    expect((await pageOf(`chainId=${SYSTEM_PARTITION}`)).items).toEqual([]);
  });

  it.each([
    ['', 'chainId'],
    ['chainId=nonsense', 'chainId'],
    ['subject=', 'subject'],
    ['chainId=_system&limit=0', 'limit'],
    ['chainId=_system&cursor=-1', 'cursor', 'invalid-cursor'],
  ])('refuses the search %p, naming %s', async (query, pointer, code = 'invalid-request') => {
    const { status, body } = await platform.get(`/v1/admin/audit?${query}`, 'admin');
    expect(status).toBe(400);
    expect(body).toMatchObject({ code, errors: [{ pointer }] });
  });

  it('keeps the audit from traders', async () => {
    expect((await platform.get('/v1/admin/audit?chainId=_system', 'trader')).status).toBe(403);
    expect((await platform.get('/v1/admin/audit/verify', 'viewer')).status).toBe(403);
  });
});
