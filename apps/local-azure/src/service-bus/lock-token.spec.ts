import { lockKey, newLockToken, swapGuidOrder } from './lock-token.js';

describe('lock tokens', () => {
  it('lays out the canonical bytes as a GUID', () => {
    const canonical = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(swapGuidOrder(canonical).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  });

  it('comes back when it is laid out twice', () => {
    const token = newLockToken();
    expect(swapGuidOrder(swapGuidOrder(token))).toEqual(token);
  });

  it('gives a different token each time, also when its pool is refilled', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => lockKey(newLockToken()))).size).toBe(1_000);
  });

  it('refuses anything but 16 bytes', () => {
    expect(() => swapGuidOrder(Buffer.alloc(4))).toThrow(RangeError);
  });
});
