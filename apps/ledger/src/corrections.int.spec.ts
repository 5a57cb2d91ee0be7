import { newUserId } from '@ballast/contracts';
import type { Problem } from '@ballast/contracts';
import type { CapitalMoveView, CapitalView } from '@ballast/contracts/ledger';
import { ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID } from '@ballast/contracts';
import { partitionOf } from './adapters/ledger-documents.js';
import type { AnswerDocument } from './adapters/ledger-documents.js';
import { keyHashOf } from './answer-once.js';
import { startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { hearingOf } from './testing/hearing.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

describe('capital by hand', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => bench.close());

  /** A profile with 1 000, and the operator who may correct it. */
  async function funded(): Promise<{ profile: TestProfile; operator: TestProfile; deposit: CapitalMoveView }> {
    const profile = await bench.openProfile();
    const { body } = await bench.move(profile, 'deposits', '1000.00');
    const operator = { ...profile, token: await bench.tokenFor(newUserId(Date.now()), 'operator') };
    return { profile, operator, deposit: body as CapitalMoveView };
  }
  const isWhole = async ({ profileId }: TestProfile): Promise<void> =>
    expect((await bench.ledger.app.get(VerifyLedger).execute(profileId))?.findings).toEqual([]);
  const typesOf = ({ profileId }: TestProfile): string[] => bench.published(profileId).map(({ type }) => type);

  it('charges fees beyond what is available, corrects profit, and answers with balances and version', async () => {
    const { profile, operator } = await funded();
    const occurredAt = '2026-11-01T00:00:00Z';
    const fee = { amount: '1000.50', reason: 'clearing', occurredAt };
    expect(await bench.send(operator, { path: 'fees', body: fee })).toMatchObject({
      status: 201,
      body: { kind: 'fee', amount: '1000.50', version: 2, balances: { fees: '1000.50', shortfall: '0.50' } },
    });
    const adjusted = await bench.send(operator, { path: 'adjustments', body: { amount: '10', reason: 'price' } });
    expect(adjusted).toMatchObject({
      body: { kind: 'adjustment', amount: '10.00', balances: { realizedPnl: '10.00', shortfall: '0.00' } },
    });
    expect(adjusted).toMatchObject({ body: { available: '9.50', version: 3 } });
    await until('all is published', () => typesOf(profile).length === 6);
    expect(bench.published(profile.profileId)[2]?.data).toMatchObject({
      units: '-100050',
      reason: 'clearing',
      occurredAt: '2026-11-01T00:00:00.000Z',
    });
    await isWhole(profile);
  });

  it.each(['fees', 'adjustments', 'reversals'])('lets only operators make %s', async (path) => {
    const { profile, deposit } = await funded();
    const what = path === 'reversals' ? { postingId: deposit.postingId } : { amount: '1.00' };
    const body = { reason: 'mine', ...what };
    expect((await bench.send(profile, { path, body })).status).toBe(403);
    expect((await bench.capital(profile)).body).toMatchObject({ available: '1000.00', version: 1 });
  });

  it('takes a posting back once: the second time conflicts, a repetition does not', async () => {
    const { profile, operator, deposit } = await funded();
    const body = { postingId: deposit.postingId, reason: 'entered twice' };
    const first = await bench.send<CapitalMoveView>(operator, { path: 'reversals', body, key: 'one' });
    expect(first).toMatchObject({ status: 201, body: { kind: 'reversal', amount: '-1000.00', available: '0.00' } });
    await bench.move(profile, 'deposits', '1000.00');
    expect(await bench.send(operator, { path: 'reversals', body, key: 'one' })).toEqual(first);
    const second = await bench.send(operator, { path: 'reversals', body, key: 'two' });
    expect(second).toMatchObject({ status: 409, body: { code: 'posting-already-reversed', value: deposit.postingId } });
    const ofReversal = { postingId: first.body.postingId, reason: 'back again' };
    expect(await bench.send(operator, { path: 'reversals', body: ofReversal })).toMatchObject({
      status: 422,
      body: { code: 'posting-not-reversible', value: 'reversal' },
    });
    const unknown = { postingId: 'posting:none', reason: 'no such' };
    expect((await bench.send(operator, { path: 'reversals', body: unknown })).status).toBe(404);
    expect((await bench.capital(profile)).body).toMatchObject({ available: '1000.00', allocated: '1000.00' });
    await isWhole(profile);
  });

  it('takes a posting back once when eight ask at the same moment on two replicas', async () => {
    const { profile, operator, deposit } = await funded();
    await bench.move(profile, 'deposits', '5000.00');
    const replica = await bench.startReplica();
    const body = { postingId: deposit.postingId, reason: 'entered twice' };
    const sending = async (index: number): Promise<number> => {
      let status = 503;
      const url = index % 2 === 0 ? bench.ledger.url : replica.url;
      for (let attempt = 0; status === 503 && attempt < 20; attempt += 1) {
        status = (await bench.send(operator, { path: 'reversals', body, key: `race-${index}`, url })).status;
      }
      return status;
    };
    const statuses = await Promise.all(Array.from({ length: 8 }, (_, index) => sending(index)));
    expect(statuses.sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect((await bench.capital(profile)).body).toMatchObject({ available: '5000.00', version: 3 });
    await isWhole(profile);
  });

  it('refuses what was decided on other balances, and repeats that answer', async () => {
    const { profile } = await funded();
    const body = { amount: '1.00', expectedVersion: 0 };
    const stale = { status: 409, body: { code: 'version-stale', limit: '1', value: '0' } };
    expect(await bench.send<Problem>(profile, { path: 'withdrawals', body, key: 'stale' })).toMatchObject(stale);
    const fresh = { amount: '1.00', expectedVersion: 1 };
    expect(await bench.send(profile, { path: 'withdrawals', body: fresh })).toMatchObject({
      status: 201,
      body: { version: 2, available: '999.00' },
    });
    expect(await bench.send<Problem>(profile, { path: 'withdrawals', body, key: 'stale' })).toMatchObject(stale);
  });

  it('keeps a floor that counts holds, and a limit of what is reserved', async () => {
    const { profile } = await funded();
    const limits = { availableMin: '400.00', reservedMax: '500.00' };
    const set = await bench.send<CapitalView>(profile, { path: 'PUT capital/limits', body: limits });
    expect(set).toMatchObject({ status: 200, body: { availableMin: '400.00', reservedMax: '500.00', version: 1 } });
    const hear = hearingOf(bench.ledger);
    for (const holdUnits of ['40000', '20001', '15000', '10000']) {
      await hear(new OrderScript(profile, { intent: 'entry', quantity: '1', holdUnits }).placed());
    }
    expect((await bench.capital(profile)).body).toMatchObject({ reservedForOrders: '500.00', available: '500.00' });
    expect(await bench.move(profile, 'withdrawals', '100.01')).toMatchObject({
      status: 422,
      body: { code: 'available-below-floor', limit: '400.00', value: '399.99' },
    });
    await until('all is published', () => typesOf(profile).length === 8);
    const declined = bench.published(profile.profileId).filter(({ type }) => type === 'capital.declined.v1');
    expect(declined.map(({ data }) => (data as { refusal: { code: string } }).refusal.code)).toEqual([
      'available-below-floor',
      'reserved-above-limit',
    ]);
    expect((await bench.send<CapitalView>(profile, { path: 'PUT capital/limits', body: {} })).body).not.toHaveProperty(
      'availableMin',
    );
    expect((await bench.move(profile, 'withdrawals', '100.01')).status).toBe(201);
  });

  it('closes an empty account only, which then takes part in nothing of ours, and opens it again', async () => {
    const { profile } = await funded();
    const hear = hearingOf(bench.ledger);
    const buy = new OrderScript(profile, { intent: 'entry', quantity: '10', holdUnits: '100000' });
    await hear(buy.placed());
    const body = { reason: 'retired' };
    const close = () => bench.send<Problem & CapitalView>(profile, { path: 'capital/close', body });
    expect((await close()).body).toMatchObject({ code: 'holds-standing', limit: '0.00', value: '1000.00' });
    const late = buy.executed({ quantity: '1', price: '100', fee: '0.1' });
    await hear(buy.ended(0));
    expect((await close()).body.code).toBe('money-standing');
    await bench.move(profile, 'withdrawals', '1000.00');
    expect((await close()).body).toMatchObject({ state: 'closed', available: '0.00' });
    expect((await close()).body.code).toBe('account-closed');
    expect(await bench.move(profile, 'deposits', '1.00')).toMatchObject({
      status: 422,
      body: { code: 'account-closed' },
    });
    const refused = new OrderScript(profile, { intent: 'entry', quantity: '1', holdUnits: '0' });
    await hear(refused.placed());
    await hear(late);
    expect((await bench.capital(profile)).body).toMatchObject({ shortfall: '100.10', reservedForPositions: '100.00' });
    const reopened = await bench.send(profile, { path: 'capital/reopen', body });
    expect(reopened).toMatchObject({ status: 200, body: { state: 'open' } });
    expect((await bench.send<Problem>(profile, { path: 'capital/reopen', body })).body.code).toBe('account-not-closed');
    expect(await bench.move(profile, 'deposits', '100.20')).toMatchObject({ status: 201, body: { available: '0.10' } });
    await until('all is published', () => typesOf(profile).includes('capital.shortfall-cleared.v1'));
    expect(typesOf(profile)).toEqual(
      expect.arrayContaining(['capital.account-closed.v1', 'capital.account-reopened.v1']),
    );
    expect(bench.published(profile.profileId).find(({ type }) => type === 'capital.declined.v1')?.data).toMatchObject({
      orderId: refused.orderId,
      refusal: { code: 'account-closed' },
    });
    await isWhole(profile);
  });

  it('gives an answer that an earlier release has kept together with the balances of its posting', async () => {
    const { profile, deposit } = await funded();
    const partition = partitionOf(profile.profileId);
    await bench.move(profile, 'deposits', '5.00', 'old');
    const id = `answer:${keyHashOf({ idempotencyKey: 'old' })}`;
    const row = (await bench.store.read<AnswerDocument>(id, partition))?.document as AnswerDocument;
    const { view, ...old } = row;
    const { postingId, kind, amount, available } = view as CapitalMoveView;
    await bench.store.commit(partition, [{ upsert: { ...old, moved: { postingId, kind, amount, available } } }]);
    expect((await bench.move(profile, 'deposits', '5.00', 'old')).body).toEqual(view);
    expect(deposit.version).toBe(1);
  });

  it('posts nothing of a fill when one row of its commit cannot be written', async () => {
    const { profile } = await funded();
    const hear = hearingOf(bench.ledger);
    const buy = new OrderScript(profile, { intent: 'entry', quantity: '4', holdUnits: '40040' });
    await hear(buy.placed());
    const before = (await bench.capital(profile)).body;
    const filled = buy.executed({ quantity: '4', price: '99', fee: '0.4' });
    const commit = ContainerStore.prototype.commit;
    jest.spyOn(ContainerStore.prototype, 'commit').mockImplementation(function (this: ContainerStore, ...args) {
      const [partition, operations] = args;
      // The store itself must undo the first rows because of the last: it is there already.
      const broken =
        partition[0] === PRODUCT_ID ? [...operations, operations[0] as (typeof operations)[number]] : operations;
      return commit.call(this, partition, broken);
    });
    await expect(hear(filled)).resolves.toBeUndefined();
    jest.restoreAllMocks();
    expect((await bench.capital(profile)).body).toEqual(before);
    await hear(filled);
    expect((await bench.capital(profile)).body).toMatchObject({ reservedForPositions: '396.00', fees: '0.40' });
    await isWhole(profile);
  });
});
