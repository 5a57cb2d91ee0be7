import { waitPreference } from './preference.js';

describe('the preference wait', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['respond-async', undefined],
    ['return=minimal, handling=lenient', undefined],
    ['waiting=5', undefined],
    ['wait=1', 1],
    ['wait=30', 30],
    ['WAIT = 5', 5],
    ['wait="7"', 7],
    ['respond-async, wait=10', 10],
    ['wait=10; foo=bar, wait=20', 10],
    ['wait', 'invalid'],
    ['wait=', 'invalid'],
    ['wait=0', 'invalid'],
    ['wait=31', 'invalid'],
    ['wait=-1', 'invalid'],
    ['wait=1.5', 'invalid'],
    ['wait=5=5', 'invalid'],
    ['wait=soon', 'invalid'],
  ])('of %p is %p', (header, expected) => {
    expect(waitPreference(header)).toBe(expected);
  });
});
