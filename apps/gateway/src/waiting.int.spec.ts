import { newOrderId, newProfileId, newRequestId } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { eventually } from '../test/eventually.js';
import { someEvent } from '../test/events.js';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { Asked, GatewayPlatform } from '../test/gateway-platform.js';

let platform: GatewayPlatform;

const create = (headers: Record<string, string> = {}): Promise<Asked> =>
  platform.ask('POST', '/v1/profiles', { headers: { 'idempotency-key': 'k', ...headers }, body: { name: 'one' } });

/** A profile that orders never knows, whose answer takes five seconds: the other tests run meanwhile. */
const unknown = newProfileId(3);
let answered: Promise<Asked>;

beforeAll(async () => {
  platform = await startGatewayPlatform();
  platform.owners.accounts.answer('POST /v1/profiles', { status: 201, body: { id: unknown } });
  platform.owners.ledger.answer(`GET /v1/profiles/${unknown}/capital`, { body: {} });
  answered = create();
  await eventually(
    async () => platform.owners.orders.seen.length,
    (count) => count > 0,
  );
});
afterAll(() => platform.close());

const msSince = (startMs: number): number => performance.now() - startMs;

describe('Prefer: wait', () => {
  const profileId = newProfileId(1);
  const viewOf = (orderId: string, state: string, more: object = {}) => ({ orderId, profileId, state, ...more });
  const about = (orderId: string, type: string, more: Partial<EventEnvelope> = {}): EventEnvelope =>
    someEvent({ partitionkey: profileId, subject: orderId, type, ...more });

  /** Orders answers 202 `pending-capital`, publishes these events, and from then on shows the order like this. */
  function ordersWill(orderId: string, then: { events: EventEnvelope[]; view: object }): void {
    platform.owners.orders.answer('POST /v1/orders', async () => {
      await platform.send(...then.events);
      return { status: 202, body: viewOf(orderId, 'pending-capital') };
    });
    platform.owners.orders.answer(`GET /v1/orders/${orderId}`, { body: then.view });
  }

  const place = (headers: Record<string, string>): Promise<Asked> =>
    platform.ask('POST', '/v1/orders', { headers: { 'idempotency-key': 'k', ...headers }, body: { symbol: 'AAPL' } });

  it('answers once the order is accepted, even when that was heard before orders had answered', async () => {
    const orderId = newOrderId(profileId, 1);
    const requestId = newRequestId(1);
    ordersWill(orderId, {
      events: [about(orderId, 'order.submitted.v1', { correlationid: requestId })],
      view: viewOf(orderId, 'submitting'),
    });
    const startMs = performance.now();
    const { status, body, headers } = await place({ prefer: 'wait=20', 'x-request-id': requestId });
    expect({ status, body }).toEqual({ status: 202, body: viewOf(orderId, 'submitting') });
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(msSince(startMs)).toBeLessThan(10_000);
  });

  it('answers 422 with the refusal when the order is refused meanwhile', async () => {
    const orderId = newOrderId(profileId, 2);
    const refusal = { code: 'insufficient-capital', limit: '10.00', value: '1001.00' };
    ordersWill(orderId, {
      events: [about(orderId, 'order.ended.v1')],
      view: viewOf(orderId, 'rejected', { refusal }),
    });
    const { status, body, headers } = await place({ prefer: 'wait=20' });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ ...refusal, orderId, type: 'urn:ballast:problem:insufficient-capital' });
  });

  it('answers with the order as it is when the time is up', async () => {
    const orderId = newOrderId(profileId, 3);
    ordersWill(orderId, { events: [about(orderId, 'order.placed.v1')], view: viewOf(orderId, 'pending-capital') });
    const startMs = performance.now();
    const { status, body } = await place({ prefer: 'wait=1' });
    expect({ status, body }).toEqual({ status: 202, body: viewOf(orderId, 'pending-capital') });
    expect(msSince(startMs)).toBeGreaterThanOrEqual(990);
  });

  it('asks orders where no event comes: those of a repeated request are long gone', async () => {
    const orderId = newOrderId(profileId, 4);
    ordersWill(orderId, { events: [], view: viewOf(orderId, 'open') });
    const startMs = performance.now();
    expect((await place({ prefer: 'wait=30' })).body).toEqual(viewOf(orderId, 'open'));
    expect(msSince(startMs)).toBeLessThan(15_000);
  });

  it('hears of an order that another request has placed', async () => {
    const orderId = newOrderId(profileId, 9);
    platform.owners.orders.answer('POST /v1/orders', { status: 202, body: viewOf(orderId, 'pending-capital') });
    platform.owners.orders.answer(`GET /v1/orders/${orderId}`, async () => {
      await platform.send(about(orderId, 'order.submitted.v1', { id: `orders:${orderId}:2` }));
      return { body: viewOf(orderId, 'pending-capital') };
    });
    const startMs = performance.now();
    expect((await place({ prefer: 'wait=30' })).status).toBe(202);
    expect(msSince(startMs)).toBeLessThan(15_000);
  });

  it('does not take another order’s event for its own', async () => {
    const orderId = newOrderId(profileId, 5);
    const requestId = newRequestId(5);
    ordersWill(orderId, {
      events: [about(newOrderId(profileId, 6), 'order.submitted.v1', { correlationid: requestId })],
      view: viewOf(orderId, 'pending-capital'),
    });
    const startMs = performance.now();
    await place({ prefer: 'wait=1', 'x-request-id': requestId });
    expect(msSince(startMs)).toBeGreaterThanOrEqual(990);
  });

  it('answers with what was placed when orders goes away meanwhile', async () => {
    const orderId = newOrderId(profileId, 7);
    ordersWill(orderId, { events: [], view: {} });
    platform.owners.orders.answer(`GET /v1/orders/${orderId}`, { status: 503, body: {} });
    expect(await place({ prefer: 'wait=1' })).toMatchObject({ status: 202, body: viewOf(orderId, 'pending-capital') });
  });

  it('does not wait for what is decided or refused at once, nor without being asked to', async () => {
    const orderId = newOrderId(profileId, 8);
    platform.owners.orders.answer('POST /v1/orders', { status: 202, body: viewOf(orderId, 'filled') });
    const decided = await place({ prefer: 'wait=30' });
    expect(decided.body).toEqual(viewOf(orderId, 'filled'));
    platform.owners.orders.answer('POST /v1/orders', { status: 422, body: { code: 'symbol-not-tradable' } });
    expect(await place({ prefer: 'wait=30' })).toMatchObject({ status: 422, body: { code: 'symbol-not-tradable' } });
    platform.owners.orders.answer('POST /v1/orders', { status: 202, body: viewOf(orderId, 'pending-capital') });
    const unasked = await place({});
    expect(unasked.body).toEqual(viewOf(orderId, 'pending-capital'));
    expect(unasked.headers.get('preference-applied')).toBeNull();
  });

  it.each(['wait=0', 'wait=31', 'wait=soon'])('refuses %s before anything is sent', async (prefer) => {
    const count = platform.owners.orders.seen.length;
    const { status, body } = await place({ prefer });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ pointer: 'Prefer' }] });
    expect(platform.owners.orders.seen).toHaveLength(count);
  });
});

describe('making a profile', () => {
  it('is answered once orders and the ledger know it', async () => {
    const profileId = newProfileId(1);
    const requestId = newRequestId(9);
    const known = (source: string, type: string): EventEnvelope =>
      someEvent({ source, type, partitionkey: profileId, correlationid: requestId });
    platform.owners.accounts.answer('POST /v1/profiles', async () => {
      await platform.send(known('/orders', 'book.opened.v1'), known('/ledger', 'capital.account-opened.v1'));
      return { status: 201, body: { id: profileId } };
    });
    const { status, body } = await create({ 'x-request-id': requestId });
    expect({ status, body }).toEqual({ status: 201, body: { id: profileId } });
    expect(platform.owners.ledger.seen.filter(({ path }) => path.includes(profileId))).toEqual([]);
  });

  it('is answered for a repeat, whose events are long gone, after asking orders and the ledger', async () => {
    const profileId = newProfileId(2);
    platform.owners.accounts.answer('POST /v1/profiles', { status: 201, body: { id: profileId } });
    platform.owners.ledger.answer(`GET /v1/profiles/${profileId}/capital`, { body: {} });
    platform.owners.orders.answer(`GET /v1/books/${profileId}`, { body: {} });
    expect((await create()).status).toBe(201);
  });

  it('is a 503 with Retry-After while one of them does not know it', async () => {
    const { status, body, headers } = await answered;
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'service-unavailable' });
    expect(headers.get('retry-after')).not.toBeNull();
    platform.owners.accounts.answer('POST /v1/profiles', { status: 201, body: { id: unknown } });
    platform.owners.orders.answer(`GET /v1/books/${unknown}`, { body: {} });
    expect((await create()).status).toBe(201);
  });

  it('gives the no of accounts back at once', async () => {
    platform.owners.accounts.answer('POST /v1/profiles', { status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await create()).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });
});

describe('configuring a profile', () => {
  const profileId = newProfileId(5);
  const path = `/v1/profiles/${profileId}`;

  it.each([
    ['a change', 'PATCH', path],
    ['a roll-back', 'POST', `${path}/rollback`],
  ])('is answered, for %s, once orders holds the profile to that version', async (_name, method, asked) => {
    const versions = [1, 1, 2];
    platform.owners.accounts.answer(`${method} ${asked}`, {
      headers: { etag: '"2"' },
      body: { id: profileId, version: 2 },
    });
    platform.owners.orders.answer(`GET /v1/books/${profileId}`, () => ({
      body: { profileVersion: versions.length > 1 ? versions.shift() : versions[0] },
    }));
    const { status, body, headers } = await platform.ask(method, asked, { body: {} });
    expect([status, body, headers.get('etag')]).toEqual([200, { id: profileId, version: 2 }, '"2"']);
    expect(versions).toEqual([2]);
  });

  it('gives the no of accounts back at once', async () => {
    platform.owners.accounts.answer(`PATCH ${path}`, { status: 412, body: { code: 'precondition-failed' } });
    expect(await platform.ask('PATCH', path, { body: {} })).toMatchObject({ status: 412 });
  });
});

it('answers who waits when the gateway stops', async () => {
  const own = await startGatewayPlatform();
  const profileId = newProfileId(4);
  const orderId = newOrderId(profileId, 1);
  const view = { orderId, profileId, state: 'pending-capital' };
  const placed = new Promise<void>((resolve) => {
    own.owners.orders.answer('POST /v1/orders', { status: 202, body: view });
    own.owners.orders.answer(`GET /v1/orders/${orderId}`, () => {
      resolve();
      return { body: view };
    });
  });
  const answer = own.ask('POST', '/v1/orders', { headers: { prefer: 'wait=30' }, body: {} });
  await placed;
  const startMs = performance.now();
  await own.service.close();
  expect(await answer).toMatchObject({ status: 202, body: view });
  expect(msSince(startMs)).toBeLessThan(10_000);
  await own.close();
});
