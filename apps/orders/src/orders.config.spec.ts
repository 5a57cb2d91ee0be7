import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { readOrdersSettings } from './orders.config.js';

const NEEDED = {
  COSMOS_ENDPOINT: 'https://cosmos.example',
  COSMOS_KEY: 'cosmos',
  SERVICE_BUS_CONNECTION_STRING: 'Endpoint=sb://bus.example/;SharedAccessKeyName=n;SharedAccessKey=k',
  ACCOUNTS_URL: 'http://accounts.example',
  PORT: '3002',
};
const ALPACA = { ...NEEDED, VENUE_URL: 'https://venue.example' };

describe('the settings of the broker', () => {
  it('name an account by its keys in the environment', async () => {
    const env = { ...ALPACA, VENUE_KEY_ID: 'the-key', VENUE_SECRET: 'the-secret', VENUE_REQUESTS_PER_MINUTE: '100' };
    const { venue } = await readOrdersSettings(env);
    const alpaca = { kind: 'alpaca', baseUrl: 'https://venue.example', requestsPerMinute: 100, postOnly: false };
    expect(venue).toMatchObject(alpaca);
    expect((await readOrdersSettings({ ...env, VENUE_POST_ONLY: 'true' })).venue).toMatchObject({ postOnly: true });
    expect([venue.keys.keyId, venue.keys.secret]).toEqual(['the-key', 'the-secret']);
    expect(inspect(venue, { depth: null, showHidden: true })).not.toMatch(/the-key|the-secret/);
  });

  it('name an exchange of ccxt, with its keys in mounted files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orders-config-'));
    try {
      await writeFile(join(folder, 'venue-key-id'), 'the-key\n');
      await writeFile(join(folder, 'venue-secret'), 'the-secret\n');
      const env = { ...NEEDED, VENUE_KIND: 'ccxt', VENUE_EXCHANGE: 'kraken', VENUE_SYMBOLS: 'BTC/USD,ETH/USD' };
      const { venue } = await readOrdersSettings({ ...env, VENUE_KEYS: `file:${folder}` });
      expect(venue).toMatchObject({ kind: 'ccxt', exchange: 'kraken', symbols: ['BTC/USD', 'ETH/USD'] });
      expect([venue.keys.keyId, venue.keys.secret]).toEqual(['the-key', 'the-secret']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['a missing key', ALPACA, /VENUE_KEY_ID is missing.*VENUE_SECRET is missing/],
    ['an exchange without a name', { ...NEEDED, VENUE_KIND: 'ccxt' }, /VENUE_EXCHANGE is missing/],
    ['another kind of broker', { ...ALPACA, VENUE_KIND: 'telepathy' }, /VENUE_KIND must be one of alpaca, ccxt/],
    ['what is no reference', { ...ALPACA, VENUE_KEYS: 'PK123' }, /must be env:NAME or file:\/folder$/],
  ])('stop the start for %s, and repeat no value', async (_, env, message) => {
    await expect(readOrdersSettings(env)).rejects.toThrow(message);
    await expect(readOrdersSettings(env)).rejects.toThrow(/^(?!.*(PK123|telepathy))/);
  });
});
