import { PRODUCT_ID } from '@ballast/contracts';
import { ContainerStore, DocumentConflict, PreconditionLost } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { attemptsIdOf } from '../domain/sign-in-attempts.js';
import type { SignInAttempts } from '../domain/sign-in-attempts.js';

/** The attempts of a name as they were read. */
export interface StoredAttempts {
  /** Absent before the first. */
  readonly attempts?: SignInAttempts;
  readonly etag?: string;
}

/** Attempts to sign in, in the partition of the user whom the name belongs to or would belong to. */
@Injectable()
export class AttemptStore {
  constructor(@InjectStore('trading_users') private readonly store: ContainerStore) {}

  /** What was attempted. */
  async read(userId: string): Promise<StoredAttempts> {
    const stored = await this.store.read<SignInAttempts>(attemptsIdOf(userId), [PRODUCT_ID, userId]);
    return stored === undefined ? {} : { attempts: stored.document, etag: stored.etag };
  }

  /** Puts `next` in the place of what was read. False when somebody was faster. */
  async write(next: SignInAttempts, { etag }: StoredAttempts): Promise<boolean> {
    const operation = etag === undefined ? { create: next } : { replace: next, ifMatch: etag };
    try {
      await this.store.commit([PRODUCT_ID, next.userId], [operation]);
      return true;
    } catch (error) {
      if (error instanceof DocumentConflict || error instanceof PreconditionLost) return false;
      throw error;
    }
  }
}
