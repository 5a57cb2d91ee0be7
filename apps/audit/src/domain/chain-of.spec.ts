import { SYSTEM_PARTITION, newOrderId, newProfileId, newUserId } from '@ballast/contracts';
import { chainOf, isChainId } from './chain-of.js';

describe('the chain of a subject', () => {
  const profileId = newProfileId(1_000);

  it('is the profile’s for a profile and for its orders, else the system’s', () => {
    expect(chainOf(profileId)).toBe(profileId);
    expect(chainOf(newOrderId(profileId, 2_000))).toBe(profileId);
    expect(chainOf(newUserId(1_000))).toBe(SYSTEM_PARTITION);
    expect(chainOf('global')).toBe(SYSTEM_PARTITION);
  });

  it('has the id of a profile or of the system', () => {
    expect([profileId, SYSTEM_PARTITION, newOrderId(profileId, 1), ''].map(isChainId)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
