import { Precondition, contentTag } from './precondition.js';

const tag = contentTag({ a: '1', b: ['2'] });

it('is the same tag for the same content, in whatever order its fields are, and another for other content', () => {
  expect(contentTag({ b: ['2'], a: '1' })).toBe(tag);
  expect(tag).toMatch(/^"[0-9a-f]{33}"$/);
  expect(new Set([tag, contentTag({ a: '1' }), contentTag({ a: '1', b: '2' }), contentTag({})]).size).toBe(4);
});

it.each([
  ['nothing', undefined],
  ['*', '*'],
  ['the tag', tag],
])('holds where the caller says %s', (_name, given) => {
  expect(() => new Precondition(given).check(tag)).not.toThrow();
});

it('does not hold where the caller saw something else', () => {
  expect(() => new Precondition(contentTag({})).check(tag)).toThrow(
    expect.objectContaining({ code: 'precondition-failed' }),
  );
});

it('can be required', () => {
  expect(() => new Precondition(undefined).require()).toThrow(
    expect.objectContaining({ code: 'precondition-required' }),
  );
  expect(() => new Precondition('*').require()).not.toThrow();
});
