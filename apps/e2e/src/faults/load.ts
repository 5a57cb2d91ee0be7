import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../../paper-venue/src/domain/random.js';
import type { Random } from '../../../paper-venue/src/domain/random.js';
import { keyOf } from './caller.js';
import type { Caller, Told } from './caller.js';
import { SYMBOLS } from './market.js';

/** A profile that trades, and who owns it. */
export interface TradedProfile {
  readonly id: string;
  readonly caller: Caller;
}

/** One placement, with what it came to. */
export interface Placement {
  readonly key: string;
  readonly profileId: string;
  readonly told: Told;
}

/** Orders on which cancels and amendments are tried: the latest. */
const RECENT_MAX = 12;
/** Of a hundred answered placements so many are asked for again under their key. */
const REPEATED_PERCENT = 15;
/** Milliseconds between two requests of a profile, at most, and requests of it that are not answered yet, beyond which it waits. */
const PAUSE_MS_MAX = 600;
const PENDING_MAX = 6;

/** People who trade at random, each request repeated until it is answered, and some although they were. */
export class Load {
  readonly placements: Placement[] = [];
  /** What an answer contradicted. */
  readonly contradictions: string[] = [];
  requests = 0;
  private isOver = false;

  constructor(
    private readonly seed: string,
    private readonly profiles: readonly TradedProfile[],
  ) {}

  /** Trades until `stop` is called and everything that was asked is answered. */
  async run(): Promise<void> {
    await Promise.all(
      this.profiles.map((profile, index) => this.trade(profile, seededRandom(`${this.seed}:${index}`))),
    );
  }

  stop(): void {
    this.isOver = true;
  }

  private async trade(profile: TradedProfile, random: Random): Promise<void> {
    const recent: string[] = [];
    const pending = new Set<Promise<void>>();
    for (let step = 0; !this.isOver; step += 1) {
      const done = this.step(profile, random, { recent, key: keyOf(this.seed, profile.id, step) });
      const settled = done.catch((error: unknown) => void this.contradictions.push(String(error)));
      pending.add(settled);
      void settled.finally(() => pending.delete(settled));
      do await delay(random.integer(0, PAUSE_MS_MAX));
      while (pending.size >= PENDING_MAX && !this.isOver);
    }
    await Promise.all(pending);
  }

  private async step(
    profile: TradedProfile,
    random: Random,
    { recent, key }: { recent: string[]; key: string },
  ): Promise<void> {
    this.requests += 1;
    const kind = random.integer(1, 100);
    const target = recent[random.integer(0, RECENT_MAX)];
    if (kind > 92) return this.deposit(profile, random, key);
    if (kind > 80 && target !== undefined) return this.cancel(profile, target);
    if (kind > 70 && target !== undefined) return this.amend(profile, target, { random, key });
    const orderId = await this.place(profile, termsOf(random), {
      key,
      repeat: random.integer(1, 100) <= REPEATED_PERCENT,
    });
    if (orderId === undefined) return;
    recent.unshift(orderId);
    recent.length = Math.min(recent.length, RECENT_MAX);
  }

  private async place(
    { id: profileId, caller }: TradedProfile,
    terms: object,
    { key, repeat }: { key: string; repeat: boolean },
  ): Promise<string | undefined> {
    const request = {
      ...({ method: 'POST', path: '/v1/orders' } as const),
      body: { profileId, ...terms },
      headers: { 'idempotency-key': key },
    };
    const told = await caller.ask(request);
    if (told === undefined) return undefined;
    this.placements.push({ key, profileId, told });
    const again = repeat ? await caller.ask(request) : undefined;
    if (again !== undefined && again.body.orderId !== told.body.orderId)
      this.contradictions.push(`key ${key} was answered with ${told.body.orderId} and then with ${again.body.orderId}`);
    return told.status === 202 ? told.body.orderId : undefined;
  }

  private async cancel({ caller }: TradedProfile, orderId: string): Promise<void> {
    await caller.ask({ method: 'DELETE', path: `/v1/orders/${orderId}` });
  }

  private async amend(
    { caller }: TradedProfile,
    orderId: string,
    { random, key }: { random: Random; key: string },
  ): Promise<void> {
    const path = `/v1/orders/${orderId}`;
    const etag = (await caller.ask({ method: 'GET', path }))?.etag;
    if (etag === undefined) return;
    const body = { quantity: `${random.integer(2, 12)}`, limitPrice: `${random.integer(95, 99)}` };
    await caller.ask({ method: 'PATCH', path, body, headers: { 'idempotency-key': key, 'if-match': etag } });
  }

  private async deposit({ id, caller }: TradedProfile, random: Random, key: string): Promise<void> {
    const body = { amount: `${random.integer(1, 50)}.00` };
    const path = `/v1/profiles/${id}/deposits`;
    await caller.ask({ method: 'POST', path, body, headers: { 'idempotency-key': key } });
  }
}

/** An order of any kind near the market, which lies around 100. */
function termsOf(random: Random): object {
  const symbol = SYMBOLS[random.integer(0, SYMBOLS.length - 1)] ?? '';
  const quantity = `${random.integer(1, 10)}`;
  const kind = random.integer(1, 10);
  if (kind <= 3) return { symbol, side: 'buy', type: 'market', quantity };
  if (kind <= 6)
    return {
      symbol,
      side: 'buy',
      type: 'limit',
      quantity,
      limitPrice: `${random.integer(97, 101)}`,
      timeInForce: 'gtc',
    };
  if (kind <= 8) return { symbol, side: 'sell', type: 'market', quantity: `${random.integer(1, 4)}` };
  const exits = { takeProfitPrice: `${random.integer(103, 106)}`, stopLossPrice: `${random.integer(93, 95)}` };
  return {
    symbol,
    side: 'buy',
    type: 'limit',
    quantity,
    limitPrice: `${random.integer(98, 101)}`,
    timeInForce: 'gtc',
    ...exits,
  };
}
