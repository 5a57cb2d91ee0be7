import { isSafeAddress, parseOidcProviders } from './oidc-settings.js';

const ENTRA = {
  name: 'entra',
  issuer: 'https://login.microsoftonline.com/4b2c/v2.0',
  clientId: 'client',
  clientSecret: 'hidden',
  redirectUris: ['https://console.example.com/signed-in'],
  createUsersAs: 'viewer',
};

it('reads a list of issuers', () => {
  expect(parseOidcProviders(JSON.stringify([ENTRA]))).toEqual([ENTRA]);
  expect(parseOidcProviders('[]')).toEqual([]);
});

it.each<readonly [string, string]>([
  ['no JSON', '{'],
  ['no list', '{}'],
  ['a repeated name', JSON.stringify([ENTRA, ENTRA])],
  ['no entry', '[null]'],
  ...(['name', 'issuer', 'clientId', 'redirectUris'] as const).map(
    (field) => [`no ${field}`, JSON.stringify([{ ...ENTRA, [field]: undefined }])] as const,
  ),
  ['an issuer without TLS', JSON.stringify([{ ...ENTRA, issuer: 'http://login.example.com' }])],
  ['a redirect without TLS', JSON.stringify([{ ...ENTRA, redirectUris: ['http://example.com/'] }])],
  ['a made-up role', JSON.stringify([{ ...ENTRA, createUsersAs: 'root' }])],
])('refuses %s and shows no secret', (_name, text) => {
  expect(() => parseOidcProviders(text)).toThrow(/^must (?!.*hidden)/);
});

it.each([
  ['https://a.example', true],
  ['http://127.0.0.1:3000/x', true],
  ['http://localhost.example.com', false],
  ['javascript:alert(1)', false],
  ['nonsense', false],
])('%s is safe: %p', (address, isSafe) => {
  expect(isSafeAddress(address)).toBe(isSafe);
});
