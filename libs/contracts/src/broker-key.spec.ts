import fc from 'fast-check';
import {
  BROKER_KEY_CHARS_MAX,
  KEYED_REVISION_MAX,
  brokerKeyOf,
  isLongBrokerKey,
  longBrokerKeyOf,
  orderOfBrokerKey,
} from './broker-key.js';
import { PROFILE_ID_PATTERN, REVISION_MAX, newOrderId, newProfileId } from './ids.js';

/** What Binance lets a client order id be. */
const NARROWEST = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z');
const YEAR_2109_MS = 2 ** 42 - 1;

/** Of any profile: those that are made once for a key are made of its digest. */
const orderIds = fc
  .tuple(fc.stringMatching(PROFILE_ID_PATTERN), fc.integer({ min: 0, max: YEAR_2109_MS }))
  .map(([profileId, placedMs]) => newOrderId(profileId, placedMs));

describe('a broker key', () => {
  it('is as short as the narrowest broker wants it, and leads back to order and revision', () => {
    fc.assert(
      fc.property(orderIds, fc.integer({ min: 0, max: KEYED_REVISION_MAX }), (orderId, revision) => {
        const key = brokerKeyOf(orderId, revision);
        expect(key).toMatch(NARROWEST);
        expect(key).toHaveLength(BROKER_KEY_CHARS_MAX);
        expect(orderOfBrokerKey(key)).toEqual({ orderId, revision });
        expect(brokerKeyOf(orderId, revision)).toBe(key);
      }),
    );
  });

  it('of before is still made, and leads back too', () => {
    const orderId = newOrderId(newProfileId(NOW_MS), NOW_MS);
    for (const revision of [0, 42, REVISION_MAX]) {
      const key = longBrokerKeyOf(orderId, revision);
      expect(key).toBe(`${orderId.slice(4, 30)}-${orderId.slice(31)}-${revision}`);
      expect(orderOfBrokerKey(key)).toEqual({ orderId, revision });
      expect([isLongBrokerKey(key), isLongBrokerKey(brokerKeyOf(orderId, 0))]).toEqual([true, false]);
    }
  });

  it.each([
    '',
    'by-hand',
    '6f1f8b0e-3a58-4c1f-9b6e-000000000000',
    'A1B2C3D4-E5F6-4A1B-8C2D-0123456789AB',
    'x'.repeat(BROKER_KEY_CHARS_MAX),
    brokerKeyOf(newOrderId(newProfileId(NOW_MS), NOW_MS), 0).slice(1),
  ])('is not what somebody else has named: %s', (foreign) => {
    expect(orderOfBrokerKey(foreign)).toBeUndefined();
  });

  it('is not made of what is no order or no revision', () => {
    const orderId = newOrderId(newProfileId(NOW_MS), NOW_MS);
    for (const keyOf of [brokerKeyOf, longBrokerKeyOf]) {
      expect(() => keyOf('prf_x', 0)).toThrow(RangeError);
      expect(() => keyOf(orderId, REVISION_MAX + 1)).toThrow(RangeError);
      expect(() => keyOf(orderId, 0.5)).toThrow(RangeError);
    }
    expect(() => brokerKeyOf(orderId, KEYED_REVISION_MAX + 1)).toThrow(RangeError);
    expect(() => brokerKeyOf(newOrderId(newProfileId(NOW_MS), YEAR_2109_MS + 1), 0)).toThrow(RangeError);
  });
});
