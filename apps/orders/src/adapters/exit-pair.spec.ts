import { decimal } from '@ballast/money';
import type { VenueOrder, VenueOrderStatus } from '@ballast/venue';
import { asOne } from './exit-pair.js';

const orderOf = (status: VenueOrderStatus, filled: string, legs?: readonly VenueOrder[]): VenueOrder => ({
  brokerKey: 'key',
  venueOrderId: 'id',
  symbol: 'AAPL',
  side: 'sell',
  status,
  filledQuantity: decimal(filled),
  averagePrice: undefined,
  ...(legs === undefined ? {} : { legs }),
});

describe('two exits of which one ends the other', () => {
  it.each([
    ['rest while both do', 'open', '0', 'open', '0', 'open', '0'],
    ['are filled by the first', 'filled', '10', 'cancelled', '0', 'filled', '10'],
    ['are filled by the second', 'cancelled', '0', 'filled', '10', 'filled', '10'],
    ['are filled by both together', 'cancelled', '4', 'filled', '6', 'filled', '10'],
    ['rest while the second is not done', 'cancelled', '0', 'partially-filled', '4', 'open', '4'],
    ['rest while the second waits to be set off', 'partially-filled', '4', 'pending', '0', 'open', '4'],
    ['have ended when both have', 'cancelled', '4', 'cancelled', '0', 'cancelled', '4'],
    ['have expired when both have', 'expired', '0', 'expired', '0', 'expired', '0'],
    ['have ended when the first has less than all', 'filled', '9', 'cancelled', '0', 'cancelled', '9'],
  ] as const)('%s', (_name, status, filled, legStatus, legFilled, as, sum) => {
    const one = asOne(orderOf(status, filled, [orderOf(legStatus, legFilled)]), decimal('10'));
    expect([one.status, one.filledQuantity.toFixed()]).toEqual([as, sum]);
  });

  it('are what the broker says where it shows no second one', () => {
    expect(asOne(orderOf('cancelled', '0'), decimal('10')).status).toBe('cancelled');
  });
});
