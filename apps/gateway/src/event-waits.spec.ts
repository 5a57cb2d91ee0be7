import type { EventEnvelope } from '@ballast/contracts';
import { someEvent } from '../test/events.js';
import { EventWaits } from './event-waits.js';

const isType = (type: string) => (heard: readonly EventEnvelope[]) => heard.some((event) => event.type === type);

describe('waiting for events', () => {
  const waits = new EventWaits();

  it('remembers what was heard between the registration and the question', async () => {
    const wait = waits.register('req-1');
    waits.hear(someEvent({ type: 'a.v1', correlationid: 'req-1' }));
    expect(await wait.until(isType('a.v1'), 10_000)).toBe(true);
    wait.end();
  });

  it('wakes when the event comes, and hears only its own request', async () => {
    const wait = waits.register('req-1');
    const answer = wait.until(isType('a.v1'), 10_000);
    waits.hear(someEvent({ type: 'a.v1', correlationid: 'req-2' }));
    waits.hear(someEvent({ type: 'b.v1', correlationid: 'req-1' }));
    expect(await Promise.race([answer, Promise.resolve('waiting')])).toBe('waiting');
    waits.hear(someEvent({ type: 'a.v1', correlationid: 'req-1' }));
    expect(await answer).toBe(true);
    wait.end();
  });

  it('follows a subject, whichever request its events go back to', async () => {
    const wait = waits.register('req-1');
    wait.follow('ord-1');
    const answer = wait.until(isType('a.v1'), 10_000);
    waits.hear(someEvent({ type: 'a.v1', correlationid: 'req-9', subject: 'ord-1' }));
    expect(await answer).toBe(true);
    wait.end();
  });

  it('ends with false when the time is up or the wait is ended', async () => {
    const wait = waits.register('req-1');
    expect(await wait.until(isType('a.v1'), 1)).toBe(false);
    const answer = wait.until(isType('a.v1'), 10_000);
    wait.end();
    expect(await answer).toBe(false);
  });

  it('keeps nothing of waits that have ended', () => {
    const many = Array.from({ length: 5 }, () => waits.register('req-1'));
    expect(waits.count).toBe(5);
    for (const wait of [...many, ...many]) wait.end();
    expect(waits.count).toBe(0);
  });
});
