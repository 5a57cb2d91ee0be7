import { Clock, InvalidToken, ServiceLog, TokenVerifier } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { StreamClient } from '../stream-client.js';
import type { Identity } from '../stream-client.js';
import { StreamHub } from '../stream-hub.js';
import { OwnerStreams } from './owner-streams.js';
import type { Wire } from './wire.js';

/** The scope without which a token that is limited to some opens no stream. */
export const STREAM_SCOPE = 'events:read';

/** Lets clients in with their tokens, and out again when those end. */
@Injectable()
export class StreamSessions {
  private readonly timers = new WeakMap<StreamClient, NodeJS.Timeout>();

  constructor(
    private readonly hub: StreamHub,
    private readonly owners: OwnerStreams,
    private readonly verifier: TokenVerifier,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /** Who the token speaks for. Throws `InvalidToken`, or `Failure` while that cannot be said. */
  async identify(token: string | undefined): Promise<Identity> {
    if (token === undefined) throw new InvalidToken('no token');
    const caller = await this.verifier.verify(token);
    if (caller.scopes !== undefined && !caller.scopes.includes(STREAM_SCOPE)) {
      throw new InvalidToken(`the token lacks the scope ${STREAM_SCOPE}`);
    }
    return { caller, token };
  }

  /** The client of a connection, until its token ends; `undefined` where its user has too many. */
  enter(wire: Wire, identity: Identity): StreamClient | undefined {
    const onBug = (error: unknown): void => this.log.error({ err: error }, 'a stream met a bug');
    const client = new StreamClient({ hub: this.hub, owners: this.owners, onBug }, wire, identity);
    if (!this.hub.admit(client)) return undefined;
    this.endInTime(client);
    return client;
  }

  /** A newer token takes the place of the one before. */
  renew(client: StreamClient, identity: Identity): void {
    client.renew(identity);
    this.endInTime(client);
  }

  private endInTime(client: StreamClient): void {
    clearTimeout(this.timers.get(client));
    const leftMs = Math.max(client.caller.expiresAtMs - this.clock.now(), 0);
    const timer = setTimeout(() => client.close('token-expired'), leftMs);
    timer.unref();
    this.timers.set(client, timer);
  }
}
