import { setTimeout as delay } from 'node:timers/promises';
import type { AuditVerdict, TimelineView } from '@ballast/contracts/audit';
import type { CapitalView } from '@ballast/contracts/ledger';
import type { OrderPage, OrderView } from '@ballast/contracts/orders';
import { Api, ApiProblem } from './api.js';
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

type Terms = Record<string, string>;

/** Signs in, funds a profile, trades, and proves with the audit what has happened; throws when anything is not as it must be. */
export async function tellTheStory(stage: Stage): Promise<void> {
  const trader = await signIn(stage, 'demo');
  const admin = await signIn(stage, 'admin');
  const profile = (
    await trader.post<{ id: string }>('/v1/profiles', { name: `demo ${new Date().toISOString().slice(0, 19)}` })
  ).body.id;
  await trader.post(`/v1/profiles/${profile}/deposits`, { amount: DEPOSIT });
  const before = await trader.get<CapitalView>(`/v1/profiles/${profile}/capital`);
  console.log(`Profile ${profile} funded with ${DEPOSIT} USD. Trading for ${stage.seconds} s …`);

  await trade(trader, profile, stage.seconds);
  const orders = await settled(trader, profile);
  printTable('Orders', orders.map(rowOf));

  const filled = orders.find((order) => order.state === 'filled' && order.intent === 'entry' && order.type === 'limit');
  const example = filled ?? orders.find((order) => order.state === 'filled');
  if (example !== undefined) await printLife(trader, example);
  const after = await trader.get<CapitalView>(`/v1/profiles/${profile}/capital`);
  printTable('Capital of the profile, USD', [row('before', before), row('after', after)]);
  await verify(admin, profile);
}

async function signIn({ gateway, logins }: Stage, username: string): Promise<Api> {
  const login = logins.find((candidate) => candidate.username === username);
  if (login === undefined) throw new Error(`the first start made no user ${username}`);
  return Api.signIn(gateway, login);
}

/** Orders of every kind, round after round, until the time is up; a round leaves nothing live. */
async function trade(trader: Api, profileId: string, seconds: number): Promise<void> {
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
    if (resting !== undefined) await trader.send('DELETE', `/v1/orders/${resting.orderId}`);
    await tradeByLimit(trader, profileId, symbol);
    if (round === 0) await provokeRefusals(trader, profileId);
    await delay(PAUSE_MS);
  }
}

/** A limit at the last price that was paid for the symbol: it may rest until the market comes back to it. */
async function tradeByLimit(trader: Api, profileId: string, symbol: string): Promise<void> {
  const { items } = await trader.get<OrderPage>(`/v1/orders?profileId=${profileId}&limit=20`);
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
  await trader.send('DELETE', `/v1/orders/${order.orderId}`);
  const held = (await trader.get<OrderView>(`/v1/orders/${order.orderId}`)).filledQuantity;
  if (held !== '0') await attempt(trader, { profileId, symbol, side: 'sell', type: 'market', quantity: held });
}

async function provokeRefusals(trader: Api, profileId: string): Promise<void> {
  await attempt(trader, { profileId, symbol: 'NOSUCH', side: 'buy', type: 'market', quantity: '1' });
  await attempt(trader, { profileId, symbol: 'IBM', side: 'buy', type: 'market', quantity: '4000' });
}

/** Places an order and says what became of it; a refusal is part of the story. */
async function attempt(trader: Api, terms: Terms): Promise<OrderView | undefined> {
  const said = `${terms['side']} ${terms['quantity']} ${terms['symbol']} ${terms['type']}${terms['limitPrice'] === undefined ? '' : ` ${terms['limitPrice']}`}`;
  try {
    const { body } = await trader.post<OrderView>('/v1/orders', terms, { prefer: `wait=${WAIT_SECONDS}` });
    console.log(`  ${said.padEnd(32)} ${body.state}`);
    return body;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 422) throw error;
    const { code, limit, value } = error.problem;
    console.log(`  ${said.padEnd(32)} refused: ${code} (limit ${limit}, value ${value})`);
    return undefined;
  }
}

async function settled(trader: Api, profileId: string): Promise<OrderView[]> {
  const giveUpAtMs = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const { items } = await trader.get<OrderPage>(`/v1/orders?profileId=${profileId}&limit=200`);
    const live = items.filter((order) => !END_STATES.includes(order.state));
    if (live.length === 0 || Date.now() > giveUpAtMs) return items;
    for (const order of live) await trader.send('DELETE', `/v1/orders/${order.orderId}`);
    await delay(PAUSE_MS);
  }
}

async function printLife(trader: Api, order: OrderView): Promise<void> {
  const giveUpAtMs = Date.now() + SETTLE_MS_MAX;
  let timeline = await trader.get<TimelineView>(`/v1/orders/${order.orderId}/timeline`);
  while (!timeline.steps.some((step) => step.type === 'capital.posted.v1') && Date.now() < giveUpAtMs) {
    await delay(PAUSE_MS);
    timeline = await trader.get<TimelineView>(`/v1/orders/${order.orderId}/timeline`);
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

async function verify(admin: Api, profileId: string): Promise<void> {
  const verdict = await admin.get<AuditVerdict>('/v1/admin/audit/verify');
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
