import { PRODUCT_ID } from '@ballast/contracts';
import { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { passwordResetIdOf } from '../domain/password-reset.js';
import type { PasswordReset } from '../domain/password-reset.js';

/** The resets of passwords, each in its user's partition; `UserStore` writes them with the user. */
@Injectable()
export class PasswordResetStore {
  constructor(@InjectStore('trading_users') private readonly store: ContainerStore) {}

  /** The newest reset of the user, or `undefined` where there is none, or no such user. */
  async find(userId: string): Promise<PasswordReset | undefined> {
    return (await this.store.read<PasswordReset>(passwordResetIdOf(userId), [PRODUCT_ID, userId]))?.document;
  }
}
