import { executionRowId } from './order-rows.js';

describe('the row of an execution', () => {
  it('has an id of its own for every execution id, also for one that a document id could not hold', () => {
    const executionIds = ['a_b', 'a/b', 'a\\b', 'a?b', 'a#b', '~YS9i', 'a b'];
    const ids = executionIds.map((executionId) => executionRowId('ord_1', executionId));
    expect(new Set(ids).size).toBe(executionIds.length);
    for (const id of ids) expect(id).not.toMatch(/[/\\?#]/);
  });

  it('keeps an ordinary execution id readable', () => {
    expect(executionRowId('ord_1', '2026::6f1f')).toBe('execution:ord_1:2026::6f1f');
  });
});
