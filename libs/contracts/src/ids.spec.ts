import {
  TRANSFER_ID_PATTERN,
  newOrderId,
  newProfileId,
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
