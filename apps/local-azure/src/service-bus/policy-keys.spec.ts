import { policiesWithKeys } from './policy-keys.js';

describe('policies with keys', () => {
  it('are those declared, with their keys, and those that the file alone has rights for', () => {
    const declared = [{ name: 'ledger', rights: ['Listen' as const], entities: ['orders'] }];
    const stored = {
      ledger: { key: 'a', rights: ['Manage' as const] },
      own: { key: 'b', rights: ['Send' as const] },
      formerly: { key: 'c' },
    };
    expect(policiesWithKeys(declared, stored)).toEqual([
      { name: 'ledger', rights: ['Listen'], entities: ['orders'], keys: ['a'] },
      { name: 'own', rights: ['Send'], keys: ['b'] },
    ]);
  });

  it('need a key, and rights that are some', () => {
    expect(() => policiesWithKeys([{ name: 'x', rights: ['Send'] }], {})).toThrow(/has no key/);
    expect(() => policiesWithKeys([], { x: { key: 'a', rights: [] } })).toThrow(/has no right/);
    expect(() => policiesWithKeys([], { x: { key: 'a', rights: ['Sent' as never] } })).toThrow(/has no right/);
  });
});
