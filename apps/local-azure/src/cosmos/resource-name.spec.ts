import { requireResourceId } from './resource-name.js';

describe('the id of a database or container', () => {
  it.each(['orders', 'audit-events', 'ünï', 'x'.repeat(255)])('may be %s', (id) => {
    expect(requireResourceId({ id }, 'container')).toBe(id);
  });

  it.each(['', 'a/b', 'a\\b', 'a?b', 'a#b', 'ends with a space ', 'x'.repeat(256), 7, null])('is not %j', (id) => {
    expect(() => requireResourceId({ id }, 'container')).toThrow('container');
  });
});
