import { PROFILE_ID_PATTERN, USER_ID_PATTERN } from '@ballast/contracts';
import { profileIdOf } from './profile.js';
import { userIdOf } from './user.js';

/** Users are found by it, so it must never change. */
const DEMO_ID = 'usr_3nteaewhdynkhawb57jdyk66mf';

it('are ids of their kind, the same for the same parts, for ever', () => {
  expect(userIdOf('demo')).toMatch(USER_ID_PATTERN);
  expect(profileIdOf('usr_1', 'key')).toMatch(PROFILE_ID_PATTERN);
  expect(userIdOf('demo')).toBe(DEMO_ID);
});

it('differ with every part and with where one part ends', () => {
  const ids = [userIdOf('a'), userIdOf('A'), profileIdOf('a', 'bc'), profileIdOf('ab', 'c'), profileIdOf('a', 'b')];
  expect(new Set(ids.map((id) => id.slice(4))).size).toBe(ids.length);
});
