import { EventEmitter } from 'node:events';
import type { Sender } from 'rhea';
import { ClientConnection } from './client-connection.js';
import { whenLinkEnds } from './link-end.js';

describe('whenLinkEnds', () => {
  const session = Object.assign(new EventEmitter(), { outgoing: { process: () => undefined } });
  const client = new ClientConnection(() => undefined);
  const link = () => Object.assign(new EventEmitter(), { session, is_receiver: () => false }) as unknown as Sender;

  it.each([
    ['its client detaches it, which can be answered', (sender: Sender) => sender.emit('sender_close'), true],
    ['its session ends', () => session.emit('session_close'), false],
    ['its connection is gone', () => client.closed(), false],
  ])('tells once that %s, and leaves nothing behind', (_, end, canAnswer) => {
    const sender = link();
    const told: boolean[] = [];
    whenLinkEnds(sender, client, (can) => told.push(can));
    end(sender);
    for (const again of [() => sender.emit('sender_close'), () => session.emit('session_close'), () => client.closed()])
      again();
    expect(told).toEqual([canAnswer]);
    expect([sender, session].map((emitter) => (emitter as EventEmitter).eventNames())).toEqual([[], []]);
  });

  it('tells nothing when that was taken back', () => {
    const sender = link();
    const told: boolean[] = [];
    whenLinkEnds(sender, client, (can) => told.push(can))();
    sender.emit('sender_close');
    session.emit('session_close');
    client.closed();
    expect(told).toEqual([]);
  });
});
