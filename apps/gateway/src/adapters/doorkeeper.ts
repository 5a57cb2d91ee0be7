import { Failure } from '@ballast/contracts';
import {
  AddressRanges,
  Clock,
  InvalidToken,
  LiveSettings,
  ProblemException,
  TokenVerifier,
} from '@ballast/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AddressLimits } from '../domain/address-limits.js';
import { clientAddress, networkOf } from '../domain/client-address.js';
import { addressHeadersOf, rateHeadersOf } from '../domain/rate-headers.js';
import { ApiKeyTokens } from './api-key-tokens.js';
import type { KeyToken } from './api-key-tokens.js';
import { addressOf, noteAddress } from './caller-address.js';
import { UsageLeases } from './usage-leases.js';
import type { Admission } from './usage-leases.js';

/** Token of the ranges of the proxies that are trusted. */
export const TRUSTED_PROXIES = Symbol('trusted proxies');
/** What a try to sign in counts as: each costs accounts the hash of a password. */
const SIGN_IN_COST = 10;
const SIGN_IN_PATH = '/v1/auth/login';
const HEALTH_PATH = '/health/';
/** With which the secret of every API key begins, and no token. */
export const KEY_PREFIX = 'bk_';
/** An Authorization header with a token. */
const BEARER = /^Bearer ([\w.-]+)$/i;
/** Seconds after which a caller whose usage nobody knows may try again. */
const UNKNOWN_RETRY_MS = 5_000;

/** Where a request came from, as far as a proxy's word counts. */
export type Origin = Pick<FastifyRequest, 'socket' | 'headers'>;

/** Who asks: whose usage it counts against, and in whose name accounts is asked. */
interface Guest {
  readonly subject: string;
  readonly authorization: string;
}

/**
 * Meets every request before anything else does: puts a token in the place of an API key, counts the request against the
 * usage plan of its caller, or against its network where it has none, and tells of that in the headers of the answer.
 */
@Injectable()
export class Doorkeeper {
  private readonly addresses: AddressLimits;
  private readonly secrets = new WeakMap<FastifyRequest, string>();

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly keys: ApiKeyTokens,
    private readonly leases: UsageLeases,
    private readonly clock: Clock,
    @Inject(TRUSTED_PROXIES) private readonly proxies: AddressRanges,
    settings: LiveSettings,
  ) {
    this.addresses = new AddressLimits({
      get ratePerSecond() {
        return settings.get('gateway.signed-out-requests-per-second');
      },
      get burst() {
        return settings.get('gateway.signed-out-burst');
      },
    });
  }

  /**
   * Lets the request in, or throws why not: the problems `unauthorized`, `address-not-allowed` and `too-many-requests`,
   * or a `Failure`.
   */
  meet(request: FastifyRequest, reply: FastifyReply): void | Promise<void> {
    if (request.url.startsWith(HEALTH_PATH)) return;
    this.noteAddress(request);
    const guest = this.guestNow(request);
    if (guest !== undefined) return this.admit(guest, reply);
    return this.guestOf(request, reply).then((found) =>
      found === undefined ? this.countAnonymous(request, reply) : this.admit(found, reply),
    );
  }

  /** The API key with which a request that was let in came, in whose place it has a token now. */
  keyOf(request: FastifyRequest): string | undefined {
    return this.secrets.get(request);
  }

  /**
   * A token in the place of an API key, a new one where `isNew`. Throws the problems `unauthorized` and
   * `address-not-allowed`, or a `Failure`.
   */
  async tokenOfKey(secret: string, from: Origin, isNew: boolean): Promise<string> {
    const key = (isNew ? undefined : this.keys.find(secret)) ?? (await this.keys.exchange(secret));
    const address = this.addressFrom(from.socket.remoteAddress, from.headers);
    if (key.addresses?.includes(address) === false) throw new ProblemException('address-not-allowed');
    return key.token;
  }

  private admit({ subject, authorization }: Guest, reply: FastifyReply): void | Promise<void> {
    const admitted = this.leases.admit(subject, authorization);
    if (!(admitted instanceof Promise)) return this.answer(reply, admitted);
    return admitted.then((admission) => this.answer(reply, admission));
  }

  /** The caller whose token was right lately: most are, and nobody has to be waited for. */
  private guestNow({ headers: { authorization = '' } }: FastifyRequest): Guest | undefined {
    const token = BEARER.exec(authorization)?.[1];
    const caller = token === undefined ? undefined : this.verifier.known(token);
    return caller && { subject: caller.userId, authorization };
  }

  /** The caller, or `undefined` where there is no valid sign-in: whether one is needed is the route's affair. */
  private async guestOf(request: FastifyRequest, reply: FastifyReply): Promise<Guest | undefined> {
    const { headers } = request;
    const secret = keyIn(request);
    if (secret !== undefined) return this.admitKey(secret, request, reply);
    const { authorization = '' } = headers;
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) return undefined;
    try {
      return { subject: (await this.verifier.verify(token)).userId, authorization };
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }

  private async admitKey(secret: string, request: FastifyRequest, reply: FastifyReply): Promise<Guest> {
    const known = this.keys.find(secret);
    // A key that is not known may be a guess: it counts like any other request of nobody before accounts is asked.
    if (known === undefined) this.countAnonymous(request, reply);
    const key: KeyToken = known ?? (await this.keys.exchange(secret));
    if (key.addresses?.includes(addressOf(request)) === false) throw new ProblemException('address-not-allowed');
    const authorization = `Bearer ${key.token}`;
    request.headers.authorization = authorization;
    this.secrets.set(request, secret);
    return { subject: key.usageSubject, authorization };
  }

  private answer(reply: FastifyReply, { verdict, standing, retryAfterSeconds }: Admission): void {
    reply.headers(rateHeadersOf(standing, this.clock.now()));
    if (verdict === 'pass') return;
    if (verdict === 'unknown') {
      throw new Failure('usage-unknown', 'accounts is away for too long', { retryAfterMs: UNKNOWN_RETRY_MS });
    }
    const detail = verdict === 'quota-exhausted' ? 'The requests of this month are used up.' : 'Slow down.';
    throw new ProblemException('too-many-requests', { detail, retryAfterSeconds });
  }

  private countAnonymous(request: FastifyRequest, reply: FastifyReply): void {
    const cost = request.url.startsWith(SIGN_IN_PATH) ? SIGN_IN_COST : 1;
    const standing = this.addresses.take(networkOf(addressOf(request)), cost, this.clock.now());
    reply.headers(addressHeadersOf(standing, this.addresses.rate));
    if (standing.isAllowed) return;
    throw new ProblemException('too-many-requests', {
      ...{ detail: 'Slow down, or sign in.', retryAfterSeconds: standing.retryAfterSeconds },
    });
  }

  private noteAddress(request: FastifyRequest): void {
    noteAddress(request, this.addressFrom(request.ip, request.headers));
  }

  private addressFrom(remote: string | undefined, headers: Origin['headers']): string {
    const forwarded = headers['x-forwarded-for'];
    const forwardedFor = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return clientAddress({ remote, forwardedFor }, this.proxies);
  }
}

/** The secret of an API key: a bearer of that kind, or `X-API-Key` where there is no other sign-in. */
function keyIn({ headers }: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': header } = headers;
  if (authorization === undefined) return typeof header === 'string' ? header : undefined;
  const bearer = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  return bearer?.startsWith(KEY_PREFIX) === true ? bearer : undefined;
}
