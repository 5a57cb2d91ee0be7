import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { Clock } from './clock.js';
import { TokenKeys } from './token-keys.js';
import type { TokenKey } from './token-keys.js';
import { InvalidToken, TokenVerifier } from './token-verifier.js';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const SESSION = `ses_${'b'.repeat(26)}`;

class HandClock extends Clock {
  nowMs = NOW;
  override now(): number {
    return this.nowMs;
  }
}

/** Keys that count how often they are asked for. */
class CountedKeys extends TokenKeys {
  asked = 0;
  override find(keyId: string): Promise<TokenKey | undefined> {
    this.asked += 1;
    return super.find(keyId);
  }
}

let privateKey: CryptoKey;
let publicJwk: JWK;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  ({ privateKey } = pair);
  publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'k' };
});

function setUp(): {
  clock: HandClock;
  keys: CountedKeys;
  ended: Set<string>;
  told: { isKnown: boolean };
  verifier: TokenVerifier;
} {
  const clock = new HandClock();
  const keys = new CountedKeys(async () => ({ keys: [publicJwk] }), clock);
  const ended = new Set<string>();
  const told = { isKnown: true };
  const has = async (id: string): Promise<boolean> => ended.has(id);
  const hasNow = (id: string): boolean | undefined => (told.isKnown ? ended.has(id) : undefined);
  return { clock, keys, ended, told, verifier: new TokenVerifier(keys, clock, { has, hasNow }) };
}

const tokenFor = (seconds: number): Promise<string> =>
  new SignJWT({ role: 'trader', sid: SESSION })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setSubject(`usr_${'a'.repeat(26)}`)
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setExpirationTime(NOW / 1_000 + seconds)
    .sign(privateKey);

describe('a token that was right', () => {
  it('is not verified again for a minute, then it is', async () => {
    const { clock, keys, verifier } = setUp();
    const token = await tokenFor(900);
    const first = await verifier.verify(token);
    clock.nowMs += 59_999;
    expect(await verifier.verify(token)).toEqual(first);
    expect(keys.asked).toBe(1);
    clock.nowMs += 1;
    await verifier.verify(token);
    expect(keys.asked).toBe(2);
  });

  it('is refused once it has expired, with what clocks may differ by', async () => {
    const { clock, verifier } = setUp();
    const token = await tokenFor(10);
    await verifier.verify(token);
    clock.nowMs += 14_999;
    await verifier.verify(token);
    clock.nowMs += 1;
    await expect(verifier.verify(token)).rejects.toThrow(InvalidToken);
  });

  it('is known without waiting until it has expired, its session has ended, or that must be asked', async () => {
    const { clock, ended, told, verifier } = setUp();
    const token = await tokenFor(10);
    expect(verifier.known(token)).toBeUndefined();
    const caller = await verifier.verify(token);
    expect(verifier.known(token)).toEqual(caller);
    told.isKnown = false;
    expect(verifier.known(token)).toBeUndefined();
    told.isKnown = true;
    ended.add(SESSION);
    expect(verifier.known(token)).toBeUndefined();
    ended.clear();
    clock.nowMs += 14_999;
    expect(verifier.known(token)).toEqual(caller);
    clock.nowMs += 1;
    expect(verifier.known(token)).toBeUndefined();
  });

  it('is refused at once when its session has ended', async () => {
    const { ended, verifier } = setUp();
    const token = await tokenFor(900);
    await verifier.verify(token);
    ended.add(SESSION);
    await expect(verifier.verify(token)).rejects.toThrow('the session has ended');
  });

  it('says nothing for one that differs in a character', async () => {
    const { verifier } = setUp();
    const token = await tokenFor(900);
    await verifier.verify(token);
    await expect(verifier.verify(`${token.slice(0, -2)}AA`)).rejects.toThrow(InvalidToken);
  });
});
