import { ACCESS_TOKEN_TTL_SECONDS } from '@ballast/contracts/accounts';
import { Clock } from './clock.js';
import { REVOCATIONS_FRESH_MS, RevokedSessions } from './revoked-sessions.js';

class SetClock extends Clock {
  ms = 1_000_000;
  override now(): number {
    return this.ms;
  }
}

function setUp() {
  const clock = new SetClock();
  const accounts = { ids: [] as string[], asked: 0, isAway: false };
  const revoked = new RevokedSessions(async () => {
    accounts.asked += 1;
    if (accounts.isAway) throw new Error('away');
    return accounts.ids;
  }, clock);
  return { clock, accounts, revoked };
}

it('refuses a session that ended after five seconds at most, and asks no more often', async () => {
  const { clock, accounts, revoked } = setUp();
  expect(await revoked.has('ses_1')).toBe(false);
  accounts.ids = ['ses_1'];
  clock.ms += REVOCATIONS_FRESH_MS - 1;
  expect([await revoked.has('ses_1'), accounts.asked]).toEqual([false, 1]);
  clock.ms += 1;
  expect(await Promise.all([revoked.has('ses_1'), revoked.has('ses_2')])).toEqual([true, false]);
  expect(accounts.asked).toBe(2);
});

it('says without asking what it knows for no longer than that, and that it must ask otherwise', async () => {
  const { clock, accounts, revoked } = setUp();
  expect(revoked.hasNow('ses_1')).toBeUndefined();
  await revoked.has('ses_1');
  clock.ms += REVOCATIONS_FRESH_MS - 1;
  expect(revoked.hasNow('ses_1')).toBe(false);
  revoked.add('ses_2');
  expect(revoked.hasNow('ses_2')).toBe(true);
  clock.ms += 1;
  expect([revoked.hasNow('ses_1'), revoked.hasNow('ses_2'), accounts.asked]).toEqual([undefined, true, 1]);
});

it('refuses one that it heard of at once', async () => {
  const { revoked } = setUp();
  await revoked.has('ses_1');
  revoked.add('ses_1');
  expect(await revoked.has('ses_1')).toBe(true);
});

it('remembers while accounts is away, as long as tokens live, and waits for it no second time', async () => {
  const { clock, accounts, revoked } = setUp();
  accounts.ids = ['ses_1'];
  expect(await revoked.has('ses_1')).toBe(true);
  accounts.isAway = true;
  clock.ms += ACCESS_TOKEN_TTL_SECONDS * 1_000;
  expect([await revoked.has('ses_1'), await revoked.has('ses_2')]).toEqual([true, false]);
  clock.ms += REVOCATIONS_FRESH_MS;
  accounts.isAway = false;
  accounts.ids = ['ses_2'];
  expect(await revoked.has('ses_2')).toBe(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await revoked.has('ses_2')).toBe(true);
});

it('forgets sessions whose tokens have all expired', async () => {
  const { clock, accounts, revoked } = setUp();
  revoked.add('ses_1');
  clock.ms += 2 * ACCESS_TOKEN_TTL_SECONDS * 1_000;
  accounts.ids = ['ses_2'];
  expect([await revoked.has('ses_2'), await revoked.has('ses_1')]).toEqual([true, false]);
});
