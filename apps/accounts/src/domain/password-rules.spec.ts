import { passwordComplaint } from './password-rules.js';

it.each([
  ['elevenchars', 'must have at least 12 characters'],
  ['my name is ADA now', 'must not contain the user name'],
  ['Password1234', 'must not be a common password'],
  ['012345678901', 'must not be a common password'],
  ['aaaaaaaaaaaaaaaa', 'must not be a common password'],
  ['correcthorsebatterystaple!', 'must not be a common password'],
  ['four words nobody says', undefined],
  ['😀😃😄😁😆😅😂🤣😊😇🙂🙃', undefined],
])('says of %s: %s', (password, complaint) => {
  expect(passwordComplaint(password, 'Ada')).toBe(complaint);
});

it('lets a name of two letters be part of a word', () => {
  expect(passwordComplaint('boxes of blue bricks', 'bo')).toBeUndefined();
});
