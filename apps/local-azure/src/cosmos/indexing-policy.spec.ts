import { readIndexingPolicy } from './indexing-policy.js';

describe('an indexing policy', () => {
  const paths = (list: readonly string[]) => list.map((path) => ({ path }));
  it.each<[string, string[], string[], boolean]>([
    ['/a', ['/*'], [], true],
    ['/a', ['/*'], ['/a/?'], false],
    ['/a/b', ['/*'], ['/a/?'], true],
    ['/a', ['/*'], ['/a/*'], false],
    ['/a/b/c', ['/*'], ['/a/*'], false],
    ['/a/b/c', ['/*', '/a/b/*'], ['/a/*'], true],
    ['/a/b', ['/*', '/a/b/?'], ['/a/*'], true],
    ['/a', ['/a/?'], ['/*'], true],
    ['/a/b', ['/a/?'], ['/*'], false],
    ['/a/b', ['/a/*'], ['/*'], true],
    ['/b', ['/a/?'], ['/*'], false],
    ['/_etag', ['/*'], ['/"_etag"/?'], false],
    ['/a', ['/a/[]/?'], ['/*'], false],
  ])('decides on %s by the most precise of %j, without %j', (path, included, excluded, expected) => {
    const policy = readIndexingPolicy({ includedPaths: paths(included), excludedPaths: paths(excluded) });
    expect(policy.indexes(path.slice(1).split('/'))).toBe(expected);
  });

  it('that is switched off has nothing', () => {
    expect(readIndexingPolicy({ indexingMode: 'none', automatic: false }).indexes(['a'])).toBe(false);
  });
});
