import { REFRESH_GRACE_MS, decideRefresh, newSession, rotated } from './session.js';
import type { PresentedToken } from './session.js';

const START_MS = Date.parse('2026-11-20T14:30:00.000Z');
const occasion = { time: new Date(START_MS).toISOString(), trace: { correlationId: 'req_1' } };
const start = { sessionId: 'ses_1', userId: 'usr_1', method: 'password', client: {}, refreshHash: 'a' } as const;
/** A session whose third refresh token was given out at the start. */
const third = [1, 2].reduce(
  (session) => rotated(session, 'b', { client: {}, nowMs: START_MS }),
  newSession(start, occasion).session,
);
const GENUINE = (generation: number): PresentedToken => ({ generation, isGenuine: true });

it.each([
  ['rotate', 'the newest', GENUINE(3), 0],
  ['rotate', 'the newest of long ago', GENUINE(3), 86_400_000],
  ['repeat', 'the one before it, in time', GENUINE(2), REFRESH_GRACE_MS],
  ['reused', 'the one before it, too late', GENUINE(2), REFRESH_GRACE_MS + 1],
  ['reused', 'an older one, however early', GENUINE(1), 0],
  ['refused', 'one that is still to come', GENUINE(4), 0],
  ['refused', 'one with a wrong secret', { generation: 3, isGenuine: false }, 0],
  ['refused', 'an old one with a wrong secret', { generation: 1, isGenuine: false }, 0],
  ['refused', 'any, when the session has expired', GENUINE(3), 7 * 86_400_000],
  ['refused', 'an old one, when the session has expired', GENUINE(1), 7 * 86_400_000],
] as const)('says %s to %s', (decision, _which, token, afterMs) => {
  expect(decideRefresh(third, token, START_MS + afterMs)).toBe(decision);
});

it('is never kept longer than it lasts', () => {
  expect(third.ttl).toBe(7 * 86_400);
  expect(rotated(third, 'c', { client: {}, nowMs: START_MS + 86_400_000 }).ttl).toBe(6 * 86_400);
});
