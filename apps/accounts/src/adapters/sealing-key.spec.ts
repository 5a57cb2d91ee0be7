import { randomBytes } from 'node:crypto';
import { SealingKey } from './sealing-key.js';

const text = randomBytes(32).toString('base64');
const key = SealingKey.parse(text);

it('opens what it sealed, for the same owner only', () => {
  const sealed = key.seal('secret', 'usr_1');
  expect(sealed).not.toContain('secret');
  expect(key.seal('secret', 'usr_1')).not.toBe(sealed);
  expect(SealingKey.parse(text).open(sealed, 'usr_1')).toBe('secret');
  expect(() => key.open(sealed, 'usr_2')).toThrow();
});

it('opens nothing that was changed, or sealed with another key or in another form', () => {
  const sealed = key.seal('secret', 'usr_1');
  const at = sealed.length - 5;
  const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
  expect(() => key.open(changed, 'usr_1')).toThrow();
  expect(() => SealingKey.parse(randomBytes(32).toString('base64')).open(sealed, 'usr_1')).toThrow();
  expect(() => key.open(sealed.slice(3), 'usr_1')).toThrow('unknown form');
});

it('derives the same from the same parts, and nothing like it from others', () => {
  expect(key.derive('a', 1)).toBe(key.derive('a', 1));
  expect(new Set([key.derive('a', 1), key.derive('a', '1'), key.derive('a1'), key.derive('a', 2)]).size).toBe(4);
});

it.each(['', 'short', randomBytes(31).toString('base64')])('is no key: %p', (wrong) => {
  expect(() => SealingKey.parse(wrong)).toThrow('32 bytes');
});
