import { accepts } from './accept.js';

it.each([
  [undefined, true],
  ['', true],
  ['*/*', true],
  ['application/json', true],
  ['Application/JSON; charset=utf-8', true],
  ['text/html, application/*;q=0.1', true],
  ['text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['text/html', false],
  ['text/*', false],
  ['application/json;q=0', false],
  ['application/json; q=0.000, text/html', false],
  ['application/json;q=0.001', true],
  ['nonsense', false],
])('a JSON answer suits %j: %s', (header, expected) => {
  expect(accepts(header, ['application/json'])).toBe(expected);
});

it('looks at every type of the answer', () => {
  expect(accepts('text/csv', ['application/json', 'text/csv'])).toBe(true);
});
