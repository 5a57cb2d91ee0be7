import { PaperBench } from '../../../libs/venue/src/testing/paper-bench.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';
import { watching } from './testing/watched-replacements.js';

const QUIET = { bid: '99.99', ask: '100.50' };

describe('other terms, at the paper broker', () => {
  let paper: PaperBench;
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    paper = await PaperBench.open();
    await paper.ticks(QUIET);
    bench = await Bench.start(paper.alpaca());
    profile = await bench.openProfile();
  });
  afterAll(async () => {
    await bench.close();
    await paper.close();
  });

  const { viewOf, answered } = watching(
    () => bench,
    () => profile,
  );
  const is = (orderId: string, state: string) =>
    until(`it is ${state}`, async () => (await viewOf({ orderId })).state === state);

  it('leave an order that may only rest one that does', async () => {
    const symbol = 'MSFT';
    await paper.ticks({ symbol, ...QUIET });
    const { body } = await bench.place(profile, { symbol, limitPrice: '99', postOnly: true });
    await bench.hold(body);
    await is(body.orderId, 'open');
    await bench.replace(profile, body, { limitPrice: '98' });
    await answered(body);
    expect(await viewOf(body)).toMatchObject({ state: 'open', limitPrice: '98', postOnly: true });
    const taking = await bench.replace(profile, body, { limitPrice: '101' });
    expect([taking.status, taking.body.code]).toEqual([422, 'post-only-would-take']);
  });

  it('are taken after a fill in part, twice, and so are those of the limit of two exits', async () => {
    const { body } = await bench.place(profile, { limitPrice: '100' });
    const { orderId } = body;
    await bench.hold(body);
    await is(orderId, 'open');
    await paper.ticks({ bid: '99.90', ask: '100', volume: '4' }, QUIET);
    await is(orderId, 'partially-filled');
    await bench.replace(profile, body, { quantity: '9', limitPrice: '99.50' });
    await answered(body);
    await bench.replace(profile, body, { quantity: '12' });
    await bench.hold({ ...body, revision: 2 });
    await answered(body);
    expect(await viewOf(body)).toMatchObject({ quantity: '12', limitPrice: '99.5', filledQuantity: '4' });
    await paper.ticks({ bid: '99.40', ask: '99.50' }, QUIET);
    await is(orderId, 'filled');
    expect(await viewOf(body)).toMatchObject({ filledQuantity: '12', executions: 2 });

    const pair = { side: 'sell', quantity: '12', limitPrice: '110', stopLossPrice: '95', timeInForce: 'gtc' };
    const exit = (await bench.place(profile, pair)).body;
    await is(exit.orderId, 'open');
    await bench.replace(profile, exit, { limitPrice: '104' });
    await answered(exit);
    await paper.ticks({ bid: '104', ask: '104.10' }, QUIET);
    await is(exit.orderId, 'filled');
    expect(await viewOf(exit)).toMatchObject({ filledQuantity: '12', averagePrice: '104', executions: 1 });
  });
});
