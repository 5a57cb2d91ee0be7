import {
  BROKER_KEY_CHARS_MAX,
  REVISION_MAX,
  TRANSFER_ID_PATTERN,
  brokerKeyOf,
  newOrderId,
  newProfileId,
  orderOfBrokerKey,
  profileOfOrder,
  profileOfTransfer,
  transferIdOf,
} from './ids.js';

describe('ids', () => {
  const profileId = newProfileId(1_800_000_000_000);
  const orderId = newOrderId(profileId, 1_800_000_000_000);

  it('lead from an order to its profile', () => {
    expect(profileOfOrder(orderId)).toBe(profileId);
    expect(profileOfOrder('ord_nothing')).toBeUndefined();
  });

  it('give every revision of an order a broker key that leads back to it', () => {
    for (const revision of [0, 1, 42, REVISION_MAX]) {
      const key = brokerKeyOf(orderId, revision);
      expect(key.length).toBeLessThanOrEqual(BROKER_KEY_CHARS_MAX);
      expect(orderOfBrokerKey(key)).toEqual({ orderId, revision });
    }
  });

  it('do not take a foreign name at the broker for one of ours', () => {
    expect(orderOfBrokerKey('6f1f8b0e-3a58-4c1f-9b6e-000000000000')).toBeUndefined();
    expect(orderOfBrokerKey('')).toBeUndefined();
  });

  it('refuse a broker key for what is no order or no revision', () => {
    expect(() => brokerKeyOf('prf_x', 0)).toThrow(RangeError);
    expect(() => brokerKeyOf(orderId, REVISION_MAX + 1)).toThrow(RangeError);
    expect(() => brokerKeyOf(orderId, 0.5)).toThrow(RangeError);
  });

  it('sort by the time of their making', () => {
    const later = newOrderId(profileId, 1_800_000_000_001);
    expect(orderId < later).toBe(true);
  });
});

describe('a transfer id', () => {
  it('is the same for the same profile and key, and leads back to the profile', () => {
    const profileId = newProfileId(1);
    const id = transferIdOf(profileId, new Uint8Array(32).fill(200));
    expect(id).toMatch(TRANSFER_ID_PATTERN);
    expect(transferIdOf(profileId, new Uint8Array(32).fill(200))).toBe(id);
    expect(transferIdOf(profileId, new Uint8Array(32).fill(201))).not.toBe(id);
    expect(profileOfTransfer(id)).toBe(profileId);
    expect(profileOfTransfer(profileId)).toBeUndefined();
  });
});
