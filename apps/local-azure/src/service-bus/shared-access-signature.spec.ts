import { createHmac } from 'node:crypto';
import { isSignedWith, readSharedAccessSignature } from './shared-access-signature.js';

const KEY = 'key';
const AUDIENCE = 'sb://127.0.0.1:5672/orders/Subscriptions/ledger';

function token(expiry: number, key = KEY): string {
  const resource = encodeURIComponent(AUDIENCE);
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=a%20name`;
}

describe('shared access signature', () => {
  it('says whom and what it is for, and until when', () => {
    const read = readSharedAccessSignature(token(1_001));
    expect(read).toMatchObject({ resource: AUDIENCE, keyName: 'a name', expiresAtMs: 1_001_000 });
  });

  it('is good with one of the keys', () => {
    const read = readSharedAccessSignature(token(1_001));
    expect(isSignedWith(read, ['other', KEY])).toBe(true);
    expect(isSignedWith(read, [KEY, 'other'])).toBe(true);
    expect(isSignedWith(read, ['other'])).toBe(false);
    expect(isSignedWith(read, [])).toBe(false);
  });

  it.each([
    ['a changed expiry', token(1_001).replace('se=1001', 'se=9999')],
    ['another resource', token(1_001).replace('ledger', 'audit')],
    ['a short signature', token(1_001).replace(/sig=[^&]*/, 'sig=AAAA')],
    ['no signature', 'SharedAccessSignature sr=a&se=1001'],
  ])('is not good with %s', (_, text) => {
    expect(isSignedWith(readSharedAccessSignature(text), [KEY])).toBe(false);
  });

  it.each([
    ['broken escapes', 'SharedAccessSignature sr=a&sig=%zz&se=1001', /malformed/],
    ['something else', 'Bearer abc', /not a shared access signature/],
  ])('cannot be read: %s', (_, text, reason) => {
    expect(() => readSharedAccessSignature(text)).toThrow(reason);
  });
});
