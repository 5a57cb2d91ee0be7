import { Frame } from './frame.js';
import { OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX, Outbox } from './outbox.js';

const frame = (topic: string, body: object = {}, key?: string): Frame => new Frame('event', body, topic, key);

describe('what waits for a slow client', () => {
  const lost: Frame[] = [];
  const replaced: Frame[] = [];
  let outbox: Outbox;
  beforeEach(() => {
    lost.length = 0;
    replaced.length = 0;
    outbox = new Outbox(
      (one) => lost.push(one),
      (one) => replaced.push(one),
    );
  });

  it('leaves in order, so many at a time', () => {
    const frames = [1, 2, 3].map((n) => frame('orders', { n }));
    for (const one of frames) outbox.push(one);
    expect([outbox.take(2), outbox.take(2), outbox.isEmpty]).toEqual([frames.slice(0, 2), frames.slice(2), true]);
  });

  it('has of a quote the newest only', () => {
    for (const bid of ['1', '2', '3']) outbox.push(frame('quotes', { bid }, 'AAPL'));
    outbox.push(frame('quotes', { bid: '9' }, 'MSFT'));
    expect(outbox.take(9).map(({ body }) => body)).toEqual([{ bid: '3' }, { bid: '9' }]);
    expect([replaced.map(({ body }) => body), lost]).toEqual([[{ bid: '1' }, { bid: '2' }], []]);
  });

  it('has the newest quotes still where the rest was dropped', () => {
    outbox.push(frame('quotes', { bid: '1' }, 'AAPL'));
    for (let index = 0; index <= OUTBOX_MESSAGES_MAX; index += 1) outbox.push(frame('orders'));
    outbox.push(frame('quotes', { bid: '2' }, 'AAPL'));
    outbox.push(frame('quotes', { bid: '9' }, 'MSFT'));
    expect(outbox.take(9).map(({ body }) => body)).toEqual([{ bid: '2' }, { bid: '9' }]);
    expect([outbox.size, outbox.takeDropped(), lost.length]).toEqual([
      0,
      [['orders', OUTBOX_MESSAGES_MAX + 1]],
      OUTBOX_MESSAGES_MAX + 1,
    ]);
  });

  it.each([
    ['messages', OUTBOX_MESSAGES_MAX, {}],
    ['bytes', 16, { text: 'x'.repeat(OUTBOX_BYTES_MAX / 16) }],
  ])('is dropped as a whole and counted by topic beyond so many %s, until the client is ready', (_case, fits, body) => {
    for (let index = 0; index < fits; index += 1) outbox.push(frame(index % 2 === 0 ? 'orders' : 'ledger', body));
    const waiting = outbox.size;
    outbox.push(frame('orders', body));
    outbox.push(frame('orders', body));
    const dropped = new Map(outbox.takeDropped());
    expect([outbox.size, lost.length]).toEqual([0, (dropped.get('orders') ?? 0) + (dropped.get('ledger') ?? 0)]);
    expect(lost.length).toBe(fits + 2);
    expect(waiting).toBeLessThanOrEqual(fits);
    outbox.push(frame('ledger'));
    expect([outbox.size, outbox.takeDropped()]).toEqual([1, []]);
  });

  it('is forgotten where its reader begins anew', () => {
    outbox.push(frame('orders', { of: 'a' }));
    outbox.push(frame('orders', { of: 'b' }));
    outbox.forget(({ body }) => (body as { of: string }).of === 'a');
    expect([outbox.take(9).length, lost.length]).toEqual([1, 0]);
  });
});
