import { childTraceparent, currentTrace, newTraceparent, runInTrace } from './trace.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

describe('trace', () => {
  it('is seen by everything that is started in it, and by nothing else', async () => {
    const seen = await runInTrace({ correlationId: 'a' }, async () => {
      await Promise.resolve();
      const inner = runInTrace({ correlationId: 'b', causationId: 'evt' }, () => currentTrace());
      return [currentTrace()?.correlationId, inner];
    });
    expect(seen).toEqual(['a', { correlationId: 'b', causationId: 'evt' }]);
    expect(currentTrace()).toBeUndefined();
  });

  it('begins with a sampled traceparent of its own', () => {
    expect(newTraceparent()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const many = Array.from({ length: 1_000 }, () => newTraceparent());
    expect(new Set(many).size).toBe(many.length);
    for (const one of many) expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('continues a parent in the same trace with a new span and the same flags', () => {
    const child = childTraceparent(PARENT);
    expect(child).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    expect(child).not.toBe(PARENT);
  });

  it('reads what a later version of the standard adds', () => {
    expect(childTraceparent(`01${PARENT.slice(2)}-more`)).toContain('0af7651916cd43dd8448eb211c80319c');
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff${PARENT.slice(2)}`,
    PARENT.toUpperCase(),
    `${PARENT}0`,
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  ])('begins a new trace where the parent is %p', (parent) => {
    const child = childTraceparent(parent);
    expect(child).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(child).not.toContain('0af7651916cd43dd8448eb211c80319c');
  });
});
