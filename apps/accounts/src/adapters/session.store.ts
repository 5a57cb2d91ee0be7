import { PRODUCT_ID } from '@ballast/contracts';
import { ContainerStore, PreconditionLost } from '@ballast/cosmos';
import type { Stored } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { SESSIONS_MAX } from '../domain/session.js';
import type { Revocation, Session } from '../domain/session.js';

/** Revocations read at once, and in all: more than end in the life of an access token. */
const REVOCATIONS_PAGE = 1_000;
const REVOCATIONS_PAGES_MAX = 20;

/** The sessions, each in its user's partition. */
@Injectable()
export class SessionStore {
  constructor(@InjectStore('trading_users') private readonly store: ContainerStore) {}

  /** The session, or `undefined` where it ended. */
  async find(userId: string, sessionId: string): Promise<Stored<Session> | undefined> {
    const stored = await this.store.read<Session | Revocation>(sessionId, [PRODUCT_ID, userId]);
    return stored?.document.kind === 'session' ? { document: stored.document, etag: stored.etag } : undefined;
  }

  /** The user's sessions. */
  async list(userId: string): Promise<Session[]> {
    const { items } = await this.store.query<Session>({
      query: 'SELECT * FROM c WHERE c.kind = @kind',
      parameters: { '@kind': 'session' },
      partition: [PRODUCT_ID, userId],
      pageSize: SESSIONS_MAX * 2,
    });
    return items;
  }

  /** Puts the session in the place of the one that was read. False when somebody was faster. */
  async replace(session: Session, etag: string): Promise<boolean> {
    try {
      await this.store.commit([PRODUCT_ID, session.userId], [{ replace: session, ifMatch: etag }]);
      return true;
    } catch (error) {
      if (error instanceof PreconditionLost) return false;
      throw error;
    }
  }

  /** Ids of the sessions that ended so lately that their access tokens may still be valid. */
  async revoked(): Promise<string[]> {
    const ids: string[] = [];
    let continuation: string | undefined;
    for (let page = 0; page < REVOCATIONS_PAGES_MAX; page += 1) {
      const found = await this.store.query<{ id: string }>({
        query: 'SELECT c.id FROM c WHERE c.kind = @kind',
        parameters: { '@kind': 'revocation' },
        partition: [PRODUCT_ID],
        pageSize: REVOCATIONS_PAGE,
        ...(continuation === undefined ? {} : { continuation }),
      });
      ids.push(...found.items.map(({ id }) => id));
      ({ continuation } = found);
      if (continuation === undefined) break;
    }
    return ids;
  }
}
