import { newOrderId, newProfileId } from '@ballast/contracts';
import { decimal } from '@ballast/money';
import type { Clock, ServiceLog } from '@ballast/service-host';
import type { Venue, VenueOrder } from '@ballast/venue';
import type { LiveOrderList, SentOrder } from './adapters/live-order-list.js';
import { HealFromVenue } from './heal-from-venue.js';
import type { SettleFromVenue } from './settle-from-venue.js';

const NOW_MS = Date.parse('2026-01-02T12:00:00.000Z');
const profileId = newProfileId(NOW_MS);

const sent = (brokerKey: string, restsWith?: string): SentOrder => ({
  ...{ profileId, orderId: newOrderId(profileId, NOW_MS), brokerKey },
  ...(restsWith === undefined ? {} : { restsWith: decimal(restsWith) }),
});
const open = (brokerKey: string, filled: string, status: VenueOrder['status'] = 'open'): VenueOrder => ({
  ...{ brokerKey, venueOrderId: `v-${brokerKey}`, symbol: 'AAPL', side: 'buy', status },
  ...{ filledQuantity: decimal(filled), averagePrice: undefined },
});

describe('live orders compared with the broker', () => {
  const given = (live: readonly SentOrder[], atVenue: readonly VenueOrder[]) => {
    const since: string[] = [];
    const list = {
      async *sent(unchangedSince: string) {
        since.push(unchangedSince);
        yield* live;
      },
    };
    const venue = {
      openOrders: jest.fn(async () => atVenue),
      lookup: jest.fn(async (brokerKey: string) => (brokerKey === 'nowhere' ? undefined : open(brokerKey, '0'))),
    };
    const settle = jest.fn((_key: object, _order: VenueOrder) => Promise.resolve());
    const heal = new HealFromVenue(
      list as unknown as LiveOrderList,
      { execute: settle } as unknown as SettleFromVenue,
      { now: () => NOW_MS } as Clock,
      { info: jest.fn(), error: jest.fn() } as unknown as ServiceLog,
      venue as unknown as Venue,
    );
    return { heal, venue, since, settled: () => settle.mock.calls.map(([, { brokerKey }]) => brokerKey) };
  };

  it('are looked up only where the broker’s list of open orders differs', async () => {
    const live = [
      ...[sent('same', '0'), sent('filled', '2'), sent('filled more', '2'), sent('not open', '0')],
      ...[sent('undecided', '0'), sent('not answered'), sent('nowhere', '0')],
    ];
    const { heal, venue, since, settled } = given(live, [
      ...[open('same', '0'), open('filled', '2', 'partially-filled'), open('filled more', '3', 'partially-filled')],
      ...[open('undecided', '0', 'pending'), open('not answered', '0')],
    ]);
    await heal.execute(15_000);
    expect(since).toEqual(['2026-01-02T11:59:45.000Z']);
    expect(settled()).toEqual(['filled more', 'not open', 'undecided', 'not answered']);
    expect(venue.openOrders).toHaveBeenCalledTimes(1);
  });

  it('ask nothing of the broker where there are none', async () => {
    const { heal, venue } = given([], []);
    await heal.execute();
    expect(venue.openOrders).not.toHaveBeenCalled();
  });
});
