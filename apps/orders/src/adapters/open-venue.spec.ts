import { BROKER_KEY_CHARS_MAX } from '@ballast/contracts';
import { SettingsError } from '@ballast/service-host';
import { CcxtVenue, VenueKeys } from '@ballast/venue';
import { openVenue } from './open-venue.js';

const SETTINGS = {
  kind: 'ccxt',
  keys: new VenueKeys('key', 'secret'),
  feeRate: '0.001',
  requestsPerMinute: undefined,
  exchange: 'narrow',
  symbols: [],
  currency: 'USD',
} as const;

describe('a broker that is opened', () => {
  afterEach(() => jest.restoreAllMocks());

  const opened = (brokerKeyCharsMax: number | undefined) => {
    jest.spyOn(CcxtVenue, 'open').mockResolvedValue({ capabilities: { brokerKeyCharsMax } } as CcxtVenue);
    return openVenue(SETTINGS);
  };

  it.each([BROKER_KEY_CHARS_MAX, 128, undefined])('may take names of %p characters', async (chars) => {
    await expect(opened(chars)).resolves.toMatchObject({ capabilities: { brokerKeyCharsMax: chars } });
  });

  it('is refused at the start where it takes no names as long as ours', async () => {
    await expect(opened(BROKER_KEY_CHARS_MAX - 1)).rejects.toBeInstanceOf(SettingsError);
  });
});
