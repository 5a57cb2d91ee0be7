import { join } from 'node:path';
import type { Role } from '@ballast/contracts/accounts';
import { newPassword } from './passwords.js';
import { readJsonFile, replaceJsonFile } from './private-file.js';

const FILE = 'first-logins.json';

/** How one of the first users signs in. */
export interface FirstLogin {
  readonly username: string;
  readonly role: Role;
  readonly password: string;
}

/** The file with the passwords of the first users, mode 0600. */
export class FirstLogins {
  private readonly path: string;

  constructor(directory: string) {
    this.path = join(directory, FILE);
  }

  /** A login for each of the users, the kept one where there is one; all of them are in the file afterwards. */
  async keep(users: readonly Omit<FirstLogin, 'password'>[]): Promise<FirstLogin[]> {
    const kept = ((await readJsonFile(this.path)) ?? []) as FirstLogin[];
    const logins = users.map(
      (user) => kept.find(({ username }) => username === user.username) ?? { ...user, password: newPassword() },
    );
    const others = kept.filter(({ username }) => !logins.some((login) => login.username === username));
    await replaceJsonFile(this.path, [...others, ...logins]);
    return logins;
  }
}
