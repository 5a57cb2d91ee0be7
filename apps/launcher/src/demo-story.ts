import { setTimeout as delay } from 'node:timers/promises';
import { ApiProblem, BallastClient } from '@ballast/client';
import type { AnswerOf, ArgumentsOf } from '@ballast/client';
import type { FirstLogin } from './platform.js';
import { printTable } from './print-table.js';

interface Stage {
  readonly gateway: string;
  readonly logins: readonly FirstLogin[];
  /** How long to trade. */
  readonly seconds: number;
}

const SYMBOLS = ['AAPL', 'MSFT', 'IBM', 'GOOG', 'AMZN'] as const;
const DEPOSIT = '250000.00';
/** Seconds a reply may be held until the order is accepted or refused. */
const WAIT_SECONDS = 5;
const PAUSE_MS = 400;
const SETTLE_MS_MAX = 15_000;
const END_STATES = ['filled', 'rejected', 'cancelled', 'expired'];

type Terms = ArgumentsOf<'placeOrder'>['body'];
type OrderView = AnswerOf<'placeOrder'>;
type CapitalView = AnswerOf<'getCapital'>;

/** Signs in, funds a profile, trades, and proves with the audit what has happened; throws when anything is not as it must be. */
export async function tellTheStory(stage: Stage): Promise<void> {
  const trader = await signIn(stage, 'demo');
  const admin = await signIn(stage, 'admin');
  const name = `demo ${new Date().toISOString().slice(0, 19)}`;
  const { id: profile } = await trader.call('createProfile', { body: { name } });
  await trader.call('depositCapital', { path: { id: profile }, body: { amount: DEPOSIT } });
  const before = await trader.call('getCapital', { path: { id: profile } });
  console.log(`Profile ${profile} funded with ${DEPOSIT} USD. Trading for ${stage.seconds} s …`);

  await trade(trader, profile, stage.seconds);
  const orders = await settled(trader, profile);
  printTable('Orders', orders.map(rowOf));

  const filled = orders.find((order) => order.state === 'filled' && order.intent === 'entry' && order.type === 'limit');
  const example = filled ?? orders.find((order) => order.state === 'filled');
  if (example !== undefined) await printLife(trader, example);
  const after = await trader.call('getCapital', { path: { id: profile } });
  printTable('Capital of the profile, USD', [row('before', before), row('after', after)]);
  await verify(admin, profile);
}

async function signIn({ gateway, logins }: Stage, username: string): Promise<BallastClient> {
  const login = logins.find((candidate) => candidate.username === username);
  if (login === undefined) throw new Error(`the first start made no user ${username}`);
  return BallastClient.signIn({ baseUrl: gateway }, login);
}

/** Orders of every kind, round after round, until the time is up; a round leaves nothing live. */
async function trade(trader: BallastClient, profileId: string, seconds: number): Promise<void> {
  const endsAtMs = Date.now() + seconds * 1_000;
  for (let round = 0; Date.now() < endsAtMs; round += 1) {
    const symbol = SYMBOLS[round % SYMBOLS.length] ?? 'AAPL';
    await attempt(trader, { profileId, symbol, side: 'buy', type: 'market', quantity: '5' });
    const resting = await attempt(trader, {
      profileId,
      symbol: 'SPX',
      side: 'buy',
      type: 'limit',
      quantity: '1',
      limitPrice: '100.00',
      timeInForce: 'gtc',
    });
    await delay(PAUSE_MS);
    await attempt(trader, { profileId, symbol, side: 'sell', type: 'market', quantity: '5' });
    if (resting !== undefined) await cancel(trader, resting);
    await tradeByLimit(trader, profileId, symbol);
    if (round === 0) await provokeRefusals(trader, profileId);
    await delay(PAUSE_MS);
  }
}

/** A limit at the last price that was paid for the symbol: it may rest until the market comes back to it. */
async function tradeByLimit(trader: BallastClient, profileId: string, symbol: string): Promise<void> {
  const { items } = await trader.call('listOrders', { query: { profileId, limit: 20 } });
  const last = items.find((order) => order.symbol === symbol && order.averagePrice !== undefined)?.averagePrice;
  if (last === undefined) return;
  const order = await attempt(trader, {
    profileId,
    symbol,
    side: 'buy',
    type: 'limit',
    quantity: '2',
    limitPrice: Number(last).toFixed(2),
  });
  if (order === undefined) return;
  await delay(PAUSE_MS);
  await cancel(trader, order);
  const { filledQuantity: held } = await trader.call('getOrder', { path: { id: order.orderId } });
  if (held !== '0') await attempt(trader, { profileId, symbol, side: 'sell', type: 'market', quantity: held });
}

async function provokeRefusals(trader: BallastClient, profileId: string): Promise<void> {
  await attempt(trader, { profileId, symbol: 'NOSUCH', side: 'buy', type: 'market', quantity: '1' });
  await attempt(trader, { profileId, symbol: 'IBM', side: 'buy', type: 'market', quantity: '4000' });
}

/** Places an order and says what became of it; a refusal is part of the story. */
async function attempt(trader: BallastClient, terms: Terms): Promise<OrderView | undefined> {
  const said = `${terms.side} ${terms.quantity} ${terms.symbol} ${terms.type}${terms.limitPrice === undefined ? '' : ` ${terms.limitPrice}`}`;
  try {
    const order = await trader.call('placeOrder', { body: terms, headers: { Prefer: `wait=${WAIT_SECONDS}` } });
    console.log(`  ${said.padEnd(32)} ${order.state}`);
    return order;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 422) throw error;
    const { code, limit, value } = error.problem;
    console.log(`  ${said.padEnd(32)} refused: ${code} (limit ${limit}, value ${value})`);
    return undefined;
  }
}

/** Asks for the order's end; one that has ended by itself meanwhile is as well. */
async function cancel(trader: BallastClient, { orderId }: OrderView): Promise<void> {
  try {
    await trader.call('cancelOrder', { path: { id: orderId } });
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
  }
}

async function settled(trader: BallastClient, profileId: string): Promise<readonly OrderView[]> {
  const giveUpAtMs = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const { items } = await trader.call('listOrders', { query: { profileId, limit: 200 } });
    const live = items.filter((order) => !END_STATES.includes(order.state));
    if (live.length === 0 || Date.now() > giveUpAtMs) return items;
    for (const order of live) await cancel(trader, order);
    await delay(PAUSE_MS);
  }
}

async function printLife(trader: BallastClient, order: OrderView): Promise<void> {
  const giveUpAtMs = Date.now() + SETTLE_MS_MAX;
  const told = { path: { id: order.orderId } };
  let timeline = await trader.call('getOrderTimeline', told);
  while (!timeline.steps.some((step) => step.type === 'capital.posted.v1') && Date.now() < giveUpAtMs) {
    await delay(PAUSE_MS);
    timeline = await trader.call('getOrderTimeline', told);
  }
  const { steps } = timeline;
  const startMs = Date.parse(steps[0]?.occurredAt ?? '');
  printTable(
    `The life of ${order.orderId}`,
    steps.map((step) => ({
      event: step.type,
      'after ms': String(Date.parse(step.occurredAt) - startMs),
      'audited after ms': String(Date.parse(step.recordedAt) - startMs),
      'place in chain': String(step.position),
      hash: step.hash.slice(0, 12),
    })),
  );
}

async function verify(admin: BallastClient, profileId: string): Promise<void> {
  const verdict = await admin.call('verifyAudit', {});
  const own = verdict.chains.find((chain) => chain.chainId === profileId);
  console.log(
    `\nAudit: ${verdict.chains.length} chains, ${own?.records ?? 0} records of this profile, ${verdict.whole ? 'every chain whole' : 'BROKEN'}`,
  );
  if (!verdict.whole || own === undefined)
    throw new Error(`the audit does not verify: ${JSON.stringify(verdict.chains.filter((chain) => !chain.whole))}`);
}

const rowOf = (order: OrderView): Record<string, string> => ({
  order: order.orderId.slice(-16),
  terms: `${order.side} ${order.quantity} ${order.symbol} ${order.type}${order.limitPrice === undefined ? '' : ` ${order.limitPrice}`}`,
  state: order.state,
  filled: order.filledQuantity,
  average: order.averagePrice === undefined ? '' : Number(order.averagePrice).toFixed(4),
  fees: order.fees,
  why: order.refusal?.code ?? order.venueReason ?? '',
});

const row = (when: string, capital: CapitalView): Record<string, string> => ({
  '': when,
  allocated: capital.allocated,
  'for orders': capital.reservedForOrders,
  'for positions': capital.reservedForPositions,
  'realised P&L': capital.realizedPnl,
  fees: capital.fees,
  available: capital.available,
});
