import { Failure } from '@ballast/contracts';
import type { PlaceOrderRequest } from '@ballast/contracts/orders';
import { CONTROL_MODES } from '@ballast/contracts/orders';
import type { Caller } from '@ballast/service-host';
import { SYMBOLS } from './market.js';
import { Requests, pause } from './requests.js';
import type { VirtualProcess } from './virtual-process.js';
import type { Profile, World } from './world.js';

/** Commands of one run. */
const COMMANDS = { least: 8, most: 24 } as const;
/** Milliseconds between two commands. */
const PAUSE_MS_MAX = 500;
/** People and bots: they ask for things at random, and again under the same key until they are answered. */
export class Callers {
  /** Orders that somebody was told are placed. */
  readonly placed = new Set<string>();
  readonly refused = new Set<string>();
  /** Whether everything was asked for. */
  isDone = false;
  private readonly process: VirtualProcess;
  private readonly requests: Requests;
  private keys = 0;

  constructor(private readonly world: World) {
    this.process = world.bystander('callers');
    this.requests = new Requests(world);
  }

  /** Whether somebody still waits for an answer. */
  get areWaiting(): boolean {
    return this.requests.open > 0;
  }

  /** Begins to ask. */
  begin(): void {
    this.world.timeline.after(0, () => void this.process.run(() => this.live()));
  }

  /** Trading goes on everywhere. */
  async allowEverything(): Promise<void> {
    const scopes = ['global', ...SYMBOLS.map((symbol) => `symbol:${symbol}`)];
    for (const scope of [...scopes, ...this.world.profiles.map(({ profileId }) => `profile:${profileId}`)])
      await this.switch(scope, 'active', false);
  }

  private async live(): Promise<void> {
    const { chance } = this.world;
    await Promise.all(this.world.profiles.map((profile) => this.deposit(profile, chance.whole(5_000, 60_000))));
    for (let left = chance.whole(COMMANDS.least, COMMANDS.most); left > 0; left -= 1) {
      void this.command();
      await pause(chance.between(0, PAUSE_MS_MAX));
    }
    while (this.areWaiting) await pause(PAUSE_MS_MAX);
    this.world.calm();
    await this.allowEverything();
    this.isDone = true;
  }

  private command(): Promise<void> {
    const { chance } = this.world;
    const profile = chance.oneOf(this.world.profiles);
    const draw = chance.next();
    if (draw < 0.42) return this.buy(profile);
    if (draw < 0.6) return this.sell(profile);
    if (draw < 0.73) return this.cancel();
    if (draw < 0.82) return this.amend();
    if (draw < 0.87) return this.deposit(profile, chance.whole(1, 5_000));
    if (draw < 0.89) return this.transfer(profile, chance.whole(1, 10_000));
    if (draw < 0.94) return this.withdraw(profile, chance.whole(1, 20_000));
    return this.halt(profile);
  }

  private async buy({ profileId }: Profile): Promise<void> {
    const { chance } = this.world;
    const symbol = chance.oneOf(SYMBOLS);
    const { limitPrice, price } = this.priceOf(symbol);
    const exits = {
      ...(chance.happens(0.2) ? { takeProfitPrice: (price * 1.02).toFixed(2) } : {}),
      ...(chance.happens(0.2) ? { stopLossPrice: (price * 0.95).toFixed(2) } : {}),
    };
    await this.place({
      profileId,
      symbol,
      side: 'buy',
      quantity: String(chance.whole(1, 60)),
      ...limitPrice,
      ...exits,
    });
  }

  private async sell({ profileId }: Profile): Promise<void> {
    const { chance } = this.world;
    const symbol = chance.oneOf(SYMBOLS);
    const { limitPrice } = this.priceOf(symbol);
    await this.place({ profileId, symbol, side: 'sell', quantity: String(chance.whole(1, 20)), ...limitPrice });
  }

  private async place(terms: Omit<PlaceOrderRequest, 'type'>): Promise<void> {
    const type = terms.limitPrice === undefined ? 'market' : 'limit';
    const request: PlaceOrderRequest = { ...terms, type, timeInForce: 'gtc' };
    const key = this.newKey();
    const command = { request, idempotencyKey: key, requestHash: JSON.stringify(request) };
    const said = `${terms.side} ${terms.quantity} ${terms.symbol} at ${terms.limitPrice ?? 'the market'}`;
    await this.requests.askOnce({ key, what: `place ${said}` }, this.world.orders, async ({ books, place }) => {
      if ((await books.bookOf(request.profileId)) === undefined)
        throw new Failure('not-there-yet', 'the book is not open yet');
      const answer = await place.execute(command);
      if (answer.outcome === 'placed') this.placed.add(answer.order.id);
      if (answer.outcome === 'refused') this.refused.add(answer.orderId);
      if (answer.outcome === 'placed') return `placed ${answer.order.id}`;
      return answer.outcome === 'refused' ? `refused ${answer.refusal.code}` : answer.outcome;
    });
  }

  private async cancel(): Promise<void> {
    const { chance, witness } = this.world;
    const orders = [...witness.placed.values()];
    if (orders.length === 0) return;
    const { orderId, profileId } = chance.oneOf(orders);
    await this.requests.ask(`cancel ${orderId}`, this.world.orders, async ({ cancel }) => {
      await cancel.execute({ profileId, orderId }, 'simulated');
    });
  }

  /** Other terms for an order that rests: more or fewer, dearer or cheaper. */
  private async amend(): Promise<void> {
    const { chance, witness } = this.world;
    const resting = [...witness.placed.values()].filter(({ limitPrice }) => limitPrice !== undefined);
    if (resting.length === 0) return;
    const { orderId, profileId, symbol, quantity = '1' } = chance.oneOf(resting);
    const changes = {
      ...(chance.happens(0.6) ? { quantity: String(Math.max(1, Number(quantity) + chance.whole(-10, 20))) } : {}),
      ...(chance.happens(0.6) ? { limitPrice: this.limitPrice(symbol) } : {}),
    };
    const key = this.newKey();
    const what = `change ${orderId} to ${JSON.stringify(changes)}`;
    const command = { key: { profileId, orderId }, symbol, changes, expectedVersion: undefined };
    const asked = { ...command, requestedBy: 'simulated', idempotencyKey: key, requestHash: what };
    await this.requests.askOnce({ key, what }, this.world.orders, async ({ replace }) => {
      const answer = await replace.execute(asked);
      if (answer.outcome === 'refused') return `refused ${answer.refusal.code}`;
      return answer.outcome === 'requested' ? 'requested' : undefined;
    });
  }

  private deposit(profile: Profile, dollars: number): Promise<void> {
    return this.move('deposit', profile, dollars);
  }

  private withdraw(profile: Profile, dollars: number): Promise<void> {
    return this.move('withdrawal', profile, dollars);
  }

  private async move(kind: 'deposit' | 'withdrawal', { profileId, ownerId }: Profile, dollars: number): Promise<void> {
    const key = this.newKey();
    const caller = { userId: ownerId, role: 'trader' } as Caller;
    const units = BigInt(dollars) * 100n;
    const command = { kind, profileId, caller, idempotencyKey: key, requestHash: `${kind} ${dollars}`, units };
    await this.requests.askOnce({ key, what: `${kind} ${dollars}` }, this.world.ledgers, async ({ move }) => {
      const answer = await move.execute(command);
      // The account may not be open yet: nothing was decided, and the same key may be used again.
      if (answer.outcome === 'not-found') throw new Failure('not-there-yet', 'the account is not open yet');
      if (answer.outcome === 'done') return `done ${answer.view.postingId}`;
      return answer.outcome === 'refused' ? `refused ${answer.refusal.code}` : answer.outcome;
    });
  }

  /** Moves capital to another profile of the same owner, or to itself, which is refused. */
  private async transfer({ profileId, ownerId }: Profile, dollars: number): Promise<void> {
    const { chance, profiles } = this.world;
    const key = this.newKey();
    const { profileId: toProfileId } = chance.oneOf(profiles);
    const caller = { userId: ownerId, role: 'trader' } as Caller;
    const what = `transfer ${dollars} to ${toProfileId}`;
    const command = { kind: 'transfer' as const, profileId, toProfileId, caller, units: BigInt(dollars) * 100n };
    await this.requests.askOnce({ key, what }, this.world.ledgers, async ({ transfer }) => {
      const answer = await transfer.execute({ ...command, idempotencyKey: key, requestHash: what });
      if (answer.outcome === 'not-found') throw new Failure('not-there-yet', 'the account is not open yet');
      if (answer.outcome === 'done') return `done ${answer.view.transferId}`;
      return answer.outcome === 'refused' ? `refused ${answer.refusal.code}` : answer.outcome;
    });
  }

  private async halt({ profileId }: Profile): Promise<void> {
    const { chance } = this.world;
    const scope = chance.oneOf(['global', `profile:${profileId}`, `symbol:${chance.oneOf(SYMBOLS)}`]);
    await this.switch(scope, chance.oneOf(CONTROL_MODES), chance.happens(0.5));
    await pause(chance.between(0, 6_000));
    await this.switch(scope, 'active', false);
  }

  private async switch(scope: string, mode: (typeof CONTROL_MODES)[number], cancelOpenOrders: boolean): Promise<void> {
    await this.requests.ask(`${scope} is ${mode}`, this.world.orders, async ({ controls }) => {
      await controls.execute({ scope, mode, reason: 'simulated', cancelOpenOrders }, 'simulated');
    });
  }

  private priceOf(symbol: string): { price: number; limitPrice: { limitPrice?: string } } {
    const { chance, exchange } = this.world;
    const price = exchange.market.quotes([symbol])[0]?.ask.toNumber() ?? 0;
    return { price, limitPrice: chance.happens(0.35) ? {} : { limitPrice: this.limitPrice(symbol) } };
  }

  private limitPrice(symbol: string): string {
    const { chance, exchange } = this.world;
    const price = exchange.market.quotes([symbol])[0]?.ask.toNumber() ?? 0;
    return (price * chance.between(0.97, 1.03)).toFixed(2);
  }

  private newKey(): string {
    this.keys += 1;
    return `key-${this.keys}`;
  }
}
