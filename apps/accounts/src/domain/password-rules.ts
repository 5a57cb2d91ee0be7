import { PASSWORD_CHARS_MIN } from '@ballast/contracts/accounts';

/** Beginnings of passwords that everybody tries first; what follows them adds little. In lower case. */
const COMMON = [
  'password',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'qwertyuiop',
  'qwerty123456',
  '1q2w3e4r5t6y',
  'qazwsxedcrfv',
  'letmeinletmein',
  'iloveyouiloveyou',
  'welcome',
  'administrator',
  'changeme',
  'trustno1',
  'correcthorsebatterystaple',
  'abcdefghijkl',
  'abcd1234',
  'abc123',
] as const;
/** Different characters, at least. */
const DISTINCT_CHARS_MIN = 5;
const DIGITS_IN_ORDER = '01234567890123456789'.repeat(2);
/** Characters of a name from which on a password must not contain it. */
const NAME_CHARS_MIN = 3;

/** Why the password cannot be taken, as the end of a sentence that begins with it; `undefined` where it can. */
export function passwordComplaint(password: string, username: string): string | undefined {
  const plain = password.toLowerCase();
  const name = username.toLowerCase();
  if ([...password].length < PASSWORD_CHARS_MIN) return `must have at least ${PASSWORD_CHARS_MIN} characters`;
  if (plain === name || (name.length >= NAME_CHARS_MIN && plain.includes(name)))
    return 'must not contain the user name';
  const isCommon = COMMON.some((common) => plain.startsWith(common)) || DIGITS_IN_ORDER.includes(plain);
  if (isCommon || new Set(plain).size < DISTINCT_CHARS_MIN) return 'must not be a common password';
  return undefined;
}
