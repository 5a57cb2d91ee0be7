import { randomUUID } from 'node:crypto';
import type { AuditRecordView, OrderStory, TimelineView } from '@ballast/contracts/audit';
import { brokerKeyOf } from '@ballast/contracts';
import type { OrderView } from '@ballast/contracts/orders';
import { until } from './stage.js';
import type { Stage } from './stage.js';

const SYMBOL = 'GOOG';
/** Nothing of the story trades at this quote. */
const QUIET = { symbol: SYMBOL, bid: '99.90', ask: '100.50', volume: '0' };
const ENTRY = { symbol: SYMBOL, side: 'buy', type: 'limit', quantity: '10', limitPrice: '100' };
const EXITS = { takeProfitPrice: '110', stopLossPrice: '95' };
/** What each fill of the entry tells, and what each of its exits does from its placement to its end. */
const FILL = ['order.executed.v1', 'order.exits-due.v1', 'capital.posted.v1'];
const EXIT = ['order.placed.v1', 'order.submitted.v1', 'order.opened.v1', 'order.executed.v1', 'capital.posted.v1'];

/** One step as a reader sees it. */
interface Step extends AuditRecordView {
  readonly data: Record<string, unknown>;
}

/** An entry of 10 at 100, filled in two parts, each of which is sold at its take profit. */
export async function playBracket(stage: Stage): Promise<{ orderId: string; timeline: TimelineView }> {
  const profileId = await stage.fundedProfile('10000.00');
  await stage.tick(QUIET);
  await stage.quotesAreFresh();
  const { body } = await stage.trader.send<OrderView>('POST', '/v1/orders', {
    body: { profileId, ...ENTRY, ...EXITS },
    headers: { 'idempotency-key': randomUUID() },
  });
  const { orderId } = body;
  await until('the entry rests', async () => (await stage.order(orderId)).state === 'open');
  const restingExits = async (): Promise<string[]> => {
    const { items } = await stage.trader.get<{ items: OrderView[] }>(`/v1/orders?profileId=${profileId}`);
    return items.filter(({ intent, state }) => intent === 'exit' && state === 'open').map(({ quantity }) => quantity);
  };
  for (const [index, part] of ['4', '6'].entries()) {
    await stage.tick({ ...QUIET, ask: '100', volume: part }, QUIET);
    await until(`${part} are filled and have their exits`, async () => (await restingExits()).length === index + 1);
    const cost = index === 0 ? '400.00' : '1000.00';
    await until('the part is settled', async () => (await stage.capital(profileId)).reservedForPositions === cost);
  }
  await stage.tick({ ...QUIET, bid: '110', ask: '110.50', volume: '100' });
  await until('all is sold', async () => (await stage.capital(profileId)).realizedPnl === '100.00');
  const isTold = ({ steps, exits }: TimelineView): boolean =>
    steps.length === 4 + 2 * FILL.length &&
    exits.length === 2 &&
    exits.every((exit) => exit.steps.length === EXIT.length);
  return { orderId, timeline: await stage.story(orderId, isTold) };
}

/** That the story of {@link playBracket} is told whole: each part with its content, in the order in which it happened. */
export async function expectWholeStory(stage: Stage, orderId: string, timeline: TimelineView): Promise<void> {
  const entry = timeline.steps as Step[];
  expect(entry.map(({ type }) => type)).toEqual([
    ...['order.placed.v1', 'capital.held.v1', 'order.submitted.v1', 'order.opened.v1'],
    ...FILL,
    ...FILL,
  ]);
  expectDecision(entry);
  await expectVenueMessages(stage, orderId, entry);
  expectFill(entry.slice(4, 7), {
    quantity: '4',
    after: '4',
    fillsOrder: false,
    exitOrderId: timeline.exits[0]?.orderId,
  });
  expectFill(entry.slice(7), { quantity: '6', after: '10', fillsOrder: true, exitOrderId: timeline.exits[1]?.orderId });
  for (const [index, exit] of timeline.exits.entries()) expectExit(exit, entry[5 + 3 * index], index === 0 ? 4 : 6);
  const ours = [entry[4], entry[7], ...timeline.exits.map(({ steps }) => steps[3])] as Step[];
  const fills = (await stage.fills()).map(({ id }) => id);
  expect(fills).toEqual(expect.arrayContaining(ours.map(({ data }) => data['executionId'])));
}

/** Decision, the facts it was made from, and the hold that it caused. */
function expectDecision([placed, held]: readonly Step[]): void {
  expect(placed?.data).toMatchObject({
    ...ENTRY,
    ...EXITS,
    intent: 'entry',
    boundPrice: '100',
    holdUnits: '100100',
    facts: { bid: '99.9', ask: '100.5', sellable: '0', liveOrders: 0, controlsEpoch: expect.any(Number) },
  });
  const { quotedAt } = placed?.data['facts'] as { quotedAt: string };
  expect(Date.parse(quotedAt)).toBeLessThanOrEqual(Date.parse(placed?.occurredAt ?? ''));
  expect(held).toMatchObject({
    causationId: placed?.eventId,
    data: { units: '100100', balances: { reservedForOrders: '100100', available: '899900' } },
  });
}

/** What the broker was sent because of the hold, and that its answer is the order that it has. */
async function expectVenueMessages(
  stage: Stage,
  orderId: string,
  [, held, sent, opened]: readonly Step[],
): Promise<void> {
  const brokerKey = brokerKeyOf(orderId, 0);
  expect(sent).toMatchObject({
    causationId: held?.eventId,
    data: { brokerKey, attempt: 1, type: 'limit', quantity: '10', limitPrice: '100' },
  });
  const atBroker = (await stage.brokerOrders()).find((order) => order.client_order_id === brokerKey);
  expect(opened?.data).toMatchObject({ venueOrderId: atBroker?.id });
}

/** A fill, the exits that it calls for, and its posting. */
function expectFill(
  [executed, due, posted]: readonly Step[],
  fill: { quantity: string; after: string; fillsOrder: boolean; exitOrderId: string | undefined },
): void {
  const { quantity, after, fillsOrder, exitOrderId } = fill;
  expect(executed?.data).toMatchObject({ quantity, price: '100', quantityAfter: after, fillsOrder });
  expect(executed?.causationId).toBe(`venue:${String(executed?.data['executionId'])}`);
  expect(due?.data).toMatchObject({ exitOrderId, quantity, ...EXITS });
  expect(posted).toMatchObject({
    causationId: executed?.eventId,
    data: { notionalUnits: `${quantity}0000`, feeUnits: `${quantity}0`, realizedPnlUnits: '0' },
  });
}

/** The exits of one fill: placed because of it, for exactly what it filled, and sold at the take profit. */
function expectExit({ orderId, steps }: OrderStory, due: Step | undefined, quantity: number): void {
  expect(steps.map(({ type }) => type)).toEqual(EXIT);
  const [placed, sent, opened, executed, posted] = steps as Step[];
  const terms = { side: 'sell', intent: 'exit', quantity: `${quantity}`, limitPrice: '110', stopLossPrice: '95' };
  expect(placed).toMatchObject({ causationId: due?.eventId, data: { ...terms, holdUnits: '0' } });
  expect(sent?.data).toMatchObject({ brokerKey: brokerKeyOf(orderId, 0), quantity: `${quantity}` });
  expect(opened?.data).toMatchObject({ venueOrderId: expect.any(String) });
  expect(executed?.data).toMatchObject({ price: '110', closedCostUnits: `${quantity}0000`, fillsOrder: true });
  expect(posted?.data).toMatchObject({
    notionalUnits: `${quantity * 11_000}`,
    realizedPnlUnits: `${quantity * 1_000}`,
  });
}
