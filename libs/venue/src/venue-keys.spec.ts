import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createServiceLog } from '@ballast/service-host';
import { VenueKeys, VenueKeysError, openVenueKeys, secretNamesOf } from './venue-keys.js';

const SECRETS: Readonly<Record<string, string>> = {
  KRAKEN_KEY_ID: 'the-key',
  KRAKEN_SECRET: 'the-secret',
  HALF_KEY_ID: 'x',
};
const secretOf = (name: string): string | undefined => SECRETS[name];

describe('the keys of a venue', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'venue-keys-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are found in the environment by the name of the reference', async () => {
    const { keyId, secret } = await openVenueKeys('env:KRAKEN', secretOf);
    expect([keyId, secret]).toEqual(['the-key', 'the-secret']);
    expect(secretNamesOf('env:KRAKEN')).toEqual({ keyId: 'KRAKEN_KEY_ID', secret: 'KRAKEN_SECRET' });
    expect(secretNamesOf('file:/mnt/venue')).toBeUndefined();
  });

  it('are found in the folder where secrets are mounted, without a newline at the end', async () => {
    writeFileSync(join(folder, 'venue-key-id'), 'file-key\n');
    writeFileSync(join(folder, 'venue-secret'), 'file-secret');
    const { keyId, secret } = await openVenueKeys(`file:${folder}`, secretOf);
    expect([keyId, secret]).toEqual(['file-key', 'file-secret']);
  });

  it.each([
    ['env:NOWHERE', 'NOWHERE_KEY_ID is missing'],
    ['env:HALF', 'HALF_SECRET is missing'],
    ['file:/nowhere/at/all', 'venue-key-id with a key of the venue cannot be read'],
    ['file:relative', 'must be env:NAME or file:/folder'],
    ['env:lower', 'must be env:NAME or file:/folder'],
    ['', 'must be env:NAME or file:/folder'],
  ])('that %p cannot lead to stop the start with what is missing', async (reference, message) => {
    const opening = openVenueKeys(reference, secretOf);
    await expect(opening).rejects.toBeInstanceOf(VenueKeysError);
    await expect(opening).rejects.toThrow(message);
  });

  it('are not repeated where one stands in the place of a reference, or is no key', async () => {
    await expect(openVenueKeys('PKV7SECRET', secretOf)).rejects.toThrow(/^[^P]*$/);
    expect(() => new VenueKeys('the-key', 'broken\nsecret')).toThrow(/^[^\n]*odd characters$/);
  });

  it('are shown to nobody: not as text, as JSON, inspected or in a line of the log', () => {
    const keys = new VenueKeys('the-key', 'the-secret');
    const lines: string[] = [];
    const log = createServiceLog({ service: 'test', level: 'debug' }, { write: (line) => void lines.push(line) });
    log.error({ keys, venue: { keys }, err: Object.assign(new Error('odd'), { keys }) }, `with ${String(keys)}`);
    const shown = [
      String(keys),
      JSON.stringify({ keys }),
      inspect({ keys }, { showHidden: true, depth: null }),
      ...lines,
    ];
    expect(lines).toHaveLength(1);
    expect(shown.filter((text) => /the-key|the-secret/.test(text))).toEqual([]);
    expect(keys.redact('the-secret of the-key')).toBe('[secret] of [key]');
  });
});
