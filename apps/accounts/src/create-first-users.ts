import type { Role } from '@ballast/contracts/accounts';
import { Failure } from '@ballast/contracts';
import { DocumentConflict } from '@ballast/cosmos';
import { Clock, Readiness, ServiceLog } from '@ballast/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { ACCOUNTS_SETTINGS } from './accounts.config.js';
import type { AccountsSettings } from './accounts.config.js';
import { FirstLogins } from './adapters/first-logins.js';
import type { FirstLogin } from './adapters/first-logins.js';
import { Passwords } from './adapters/passwords.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { newUser, userIdOf } from './domain/user.js';

/** Who is there after the first start. */
const FIRST_USERS: readonly { username: string; role: Role }[] = [
  { username: 'admin', role: 'admin' },
  { username: 'demo', role: 'trader' },
];
/** Milliseconds after which it is tried again where the store was away. */
const RETRY_MS = 250;

/** Makes the first users at the first start and says once how they sign in. The service is not ready before. */
@Injectable()
export class CreateFirstUsers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private work: Promise<void> = Promise.resolve();
  private isDone = false;

  constructor(
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly logins: FirstLogins,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
    readiness: Readiness,
  ) {
    readiness.add({ name: 'first-users', check: () => ({ ok: this.isDone }) });
  }

  /** Makes those of the first users who are not there, and prints a line for each. */
  async execute(): Promise<void> {
    const missing: (typeof FIRST_USERS)[number][] = [];
    for (const user of FIRST_USERS) {
      if ((await this.users.find(userIdOf(user.username))) === undefined) missing.push(user);
    }
    if (missing.length === 0) return;
    // Kept before the users are made: a crash in between must not leave users whose password nobody knows.
    for (const login of await this.logins.keep(missing)) await this.create(login);
  }

  onApplicationBootstrap(): void {
    this.work = this.untilDone();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.work;
  }

  private async create({ username, role, password }: FirstLogin): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    const { user, event } = newUser({ username, role, passwordHash }, occasionNow(this.clock));
    try {
      await this.users.create(user, event);
    } catch (error) {
      if (error instanceof DocumentConflict) return; // Another replica was faster and has printed its password.
      throw error;
    }
    this.settings.print(`First login: user name ${username}, password ${password}, role ${role}`);
  }

  private async untilDone(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.execute();
        this.isDone = true;
        return;
      } catch (error) {
        if (error instanceof Failure) this.log.warn({ err: error }, 'the first users cannot be made yet');
        else this.log.error({ err: error }, 'the first users cannot be made');
        await delay(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
