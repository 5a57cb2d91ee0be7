import { RecentIds } from './recent-ids.js';

describe('recent ids', () => {
  it('tells what is new and what comes again', () => {
    const recent = new RecentIds(10);
    expect(['a', 'b', 'a', 'b', 'c'].map((id) => recent.isNew(id))).toEqual([true, true, false, false, true]);
  });

  it('forgets what was not used for longest', () => {
    const recent = new RecentIds(2);
    ['a', 'b', 'a', 'c'].forEach((id) => recent.isNew(id));
    expect([recent.isNew('a'), recent.isNew('b')]).toEqual([false, true]);
  });
});
