import { createHmac } from 'node:crypto';
import { verifySharedAccessSignature } from './shared-access-signature.js';

const KEY = 'key';
const AUDIENCE = 'sb://127.0.0.1:5672/orders/Subscriptions/ledger';

function token(audience: string, expiry: number, key = KEY): string {
  const resource = encodeURIComponent(audience);
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=name`;
}
const verify = (text: string) => verifySharedAccessSignature(text, AUDIENCE, KEY, 1_000_000);

describe('shared access signature', () => {
  it.each([AUDIENCE, AUDIENCE.toLowerCase(), 'sb://127.0.0.1:5672/orders', 'sb://127.0.0.1:5672/'])(
    'is good for its entity and those below: %s',
    (audience) => {
      expect(verify(token(audience, 1_001))).toBe(1_001_000);
    },
  );

  it.each([
    ['another key', token(AUDIENCE, 1_001, 'other'), /invalid signature/],
    ['an expired one', token(AUDIENCE, 1_000), /expired/],
    ['no expiry', token(AUDIENCE, Number.NaN), /expired/],
    ['another entity', token('sb://127.0.0.1:5672/order', 1_001), /another entity/],
    ['a changed expiry', token(AUDIENCE, 1_001).replace('se=1001', 'se=9999'), /invalid signature/],
    ['no signature', 'SharedAccessSignature sr=a&se=1001', /invalid signature/],
    ['broken escapes', 'SharedAccessSignature sr=a&sig=%zz&se=1001', /malformed/],
    ['something else', 'Bearer abc', /not a shared access signature/],
  ])('refuses %s', (_, text, reason) => {
    expect(() => verify(text)).toThrow(reason);
  });
});
