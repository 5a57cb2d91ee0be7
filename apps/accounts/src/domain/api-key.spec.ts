import { newApiKey, revoked, rotated, used, withPlan } from './api-key.js';
import type { ApiKey } from './api-key.js';

const DAY_SECONDS = 86_400;
/** Seconds for which a key that has ended can still be seen. */
const KEPT_SECONDS = 90 * DAY_SECONDS;
const NOW = '2026-11-20T14:30:00.000Z';
const LATER = '2026-11-25T14:30:00.000Z';
const trace = { correlationId: 'c', causationId: 'c' };
const mark = { idempotencyKey: 'k', requestHash: 'h' };

function keyUntil(expiresAt: string): ApiKey {
  const request = { name: 'bot', scopes: [], expiresAt };
  return newApiKey({ ownerId: 'usr_1', request, madeBy: mark, secretHash: 'a' }, { time: NOW, trace }).key;
}

const TEN_DAYS = '2026-11-30T14:30:00.000Z';

describe('a key vanishes', () => {
  it('90 days after it expires, whenever it is written', () => {
    const key = keyUntil(TEN_DAYS);
    const occasion = { time: LATER, trace };
    expect(key.ttl).toBe(10 * DAY_SECONDS + KEPT_SECONDS);
    const change = { secretHash: 'b', overlapSeconds: 0, rotatedBy: mark };
    expect(rotated(key, change, occasion).key.ttl).toBe(5 * DAY_SECONDS + KEPT_SECONDS);
    expect(withPlan(key, 'more', { ...occasion, assignedBy: 'usr_2' })?.key.ttl).toBe(5 * DAY_SECONDS + KEPT_SECONDS);
    expect(used(key, Date.parse(LATER))?.ttl).toBe(5 * DAY_SECONDS + KEPT_SECONDS);
  });

  it('90 days after it was revoked', () => {
    expect(revoked(keyUntil(TEN_DAYS), 'usr_1', { time: LATER, trace }).key.ttl).toBe(KEPT_SECONDS);
  });

  it('90 days after its last change where it had expired before', () => {
    expect(revoked(keyUntil(NOW), 'usr_1', { time: LATER, trace }).key.ttl).toBe(KEPT_SECONDS);
  });
});
