import { TOKEN_AUDIENCE } from '@ballast/contracts/accounts';
import { createLocalJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { SigningKey } from './signing-key.js';

const newJwk = async () => exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
const CLAIMS = { userId: `usr_${'a'.repeat(26)}`, role: 'viewer' } as const;

it('signs with the newest of several keys, and what an older one signed still verifies', async () => {
  const [older, newer] = [await newJwk(), await newJwk()];
  const before = await SigningKey.parse(JSON.stringify(older));
  const after = await SigningKey.parse(JSON.stringify({ keys: [newer, older] }));
  const tokens = [await before.sign(CLAIMS, Date.now()), await after.sign(CLAIMS, Date.now())];
  const kids = tokens.map((token) => decodeProtectedHeader(token).kid);
  expect(after.publicKeys.keys.map(({ kid }) => kid)).toEqual([kids[1], kids[0]]);
  const keys = createLocalJWKSet(after.publicKeys);
  for (const token of tokens) {
    expect((await jwtVerify(token, keys, { audience: TOKEN_AUDIENCE })).payload.sub).toBe(CLAIMS.userId);
  }
  expect(JSON.stringify(after.publicKeys)).not.toContain('"d"');
});

it.each([
  ['nothing', ''],
  ['an empty set', '{"keys":[]}'],
  ['a set with a public key', '{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}'],
  ['null', 'null'],
])('is not made from %s', async (_name, text) => {
  await expect(SigningKey.parse(text)).rejects.toThrow(/token signing key/);
});
