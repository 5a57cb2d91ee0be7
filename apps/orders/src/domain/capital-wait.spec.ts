import { decideCapitalWait as decide } from './capital-wait.js';
import { NOW_MS, after, emptyBook, placedEvent, submittingOrder } from './given.js';

const CAPITAL_WAIT_MS_MAX = 60_000;
const decideCapitalWait = (...[order, nowMs]: [Parameters<typeof decide>[0], number]) =>
  decide(order, nowMs, { capitalWaitMsMax: CAPITAL_WAIT_MS_MAX });

describe('an order that waits for its capital', () => {
  const { order } = after(emptyBook(), undefined, placedEvent());

  it('goes on waiting until the limit', () => {
    expect(decideCapitalWait(order, NOW_MS + CAPITAL_WAIT_MS_MAX - 1)).toEqual([]);
  });

  it('is rejected at the limit, with the limit and how long it waited', () => {
    expect(decideCapitalWait(order, NOW_MS + CAPITAL_WAIT_MS_MAX)).toMatchObject([
      {
        fact: 'ended',
        data: { state: 'rejected', refusal: { code: 'capital-not-answered', limit: '60000 ms', value: '60000 ms' } },
      },
    ]);
  });

  it('is left alone once it has been answered, however old it is', () => {
    expect(decideCapitalWait(submittingOrder().order, NOW_MS + 2 * CAPITAL_WAIT_MS_MAX)).toEqual([]);
  });
});
