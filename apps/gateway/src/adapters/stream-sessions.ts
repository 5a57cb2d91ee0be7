import { Failure } from '@ballast/contracts';
import { Clock, InvalidToken, ProblemException, ServiceLog, TokenVerifier } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { StreamClient } from '../stream-client.js';
import type { Identity } from '../stream-client.js';
import { QuoteFeed } from '../quote-feed.js';
import { StreamHub } from '../stream-hub.js';
import { Doorkeeper, KEY_PREFIX } from './doorkeeper.js';
import type { Origin } from './doorkeeper.js';
import { OwnerStreams } from './owner-streams.js';
import type { Wire } from './wire.js';

/** The scope without which a token that is limited to some opens no stream. */
export const STREAM_SCOPE = 'events:read';

/** Milliseconds before the end of a token at which a client that came with an API key gets another one. */
const RENEW_BEFORE_END_MS = 5_000;

/** Lets clients in with their tokens, and out again when those end. */
@Injectable()
export class StreamSessions {
  private readonly timers = new WeakMap<StreamClient, NodeJS.Timeout>();

  constructor(
    private readonly hub: StreamHub,
    private readonly owners: OwnerStreams,
    private readonly quotes: QuoteFeed,
    private readonly verifier: TokenVerifier,
    private readonly doorkeeper: Doorkeeper,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /**
   * Who the token, or the API key, speaks for. Throws `InvalidToken`, the problem `address-not-allowed`, or `Failure` while
   * that cannot be said.
   */
  async identify(given: string | undefined, from: Origin, isAgain = false): Promise<Identity> {
    if (given === undefined) throw new InvalidToken('no token');
    const isKey = given.startsWith(KEY_PREFIX);
    const token = isKey ? await this.tokenOfKey(given, from, isAgain) : given;
    const caller = await this.verifier.verify(token);
    if (caller.scopes !== undefined && !caller.scopes.includes(STREAM_SCOPE)) {
      throw new InvalidToken(`the token lacks the scope ${STREAM_SCOPE}`);
    }
    return { caller, token, ...(isKey && { again: () => this.identify(given, from, true) }) };
  }

  /** The client of a connection, until its token ends; `undefined` where its user has too many. */
  enter(wire: Wire, identity: Identity): StreamClient | undefined {
    const { hub, owners, quotes } = this;
    const onBug = (error: unknown): void => this.log.error({ err: error }, 'a stream met a bug');
    const client = new StreamClient({ hub, owners, quotes, onBug }, wire, identity);
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
    const leftMs = Math.max(client.caller.expiresAtMs - this.clock.now(), 0);
    const { again } = client.who;
    if (again === undefined) this.later(client, leftMs, () => client.close('token-expired'));
    else this.later(client, leftMs - RENEW_BEFORE_END_MS, () => void this.renewKey(client, again));
  }

  private async renewKey(client: StreamClient, again: () => Promise<Identity>): Promise<void> {
    try {
      this.renew(client, await again());
    } catch (error) {
      const isNo = error instanceof InvalidToken || error instanceof ProblemException;
      if (!isNo && !(error instanceof Failure)) this.log.error({ err: error }, 'a stream met a bug');
      this.later(client, client.caller.expiresAtMs - this.clock.now(), () => client.close('token-expired'));
    }
  }

  /** Does this in so many milliseconds, in the place of what was to be done. */
  private later(client: StreamClient, ms: number, act: () => void): void {
    clearTimeout(this.timers.get(client));
    const timer = setTimeout(act, Math.max(ms, 0));
    timer.unref();
    this.timers.set(client, timer);
  }

  private async tokenOfKey(secret: string, from: Origin, isNew: boolean): Promise<string> {
    try {
      return await this.doorkeeper.tokenOfKey(secret, from, isNew);
    } catch (error) {
      if (error instanceof ProblemException && error.code === 'unauthorized') throw new InvalidToken('no key of ours');
      throw error;
    }
  }
}
