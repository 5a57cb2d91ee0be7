import { randomUUID } from 'node:crypto';
import type { BeginOidcRequest, CompleteOidcRequest, OidcFlowView } from '@ballast/contracts/accounts';
import { DocumentConflict } from '@ballast/cosmos';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Challenges } from './adapters/challenges.js';
import { IdentityStore } from './adapters/identity.store.js';
import { OidcIssuers } from './adapters/oidc-issuers.js';
import type { OidcChecks } from './adapters/oidc-issuers.js';
import { SealingKey } from './adapters/sealing-key.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { BeginSession } from './begin-session.js';
import { identityIdOf, newIdentity, userIdOfIdentity, usernameOf } from './domain/identity.js';
import type { IssuedIdentity } from './domain/identity.js';
import type { Client } from './domain/session.js';
import { newUser } from './domain/user.js';
import type { OidcProvider } from './oidc-settings.js';
import type { SignInAnswer } from './sign-in.js';

/** Seconds a browser may be away at the issuer. */
const FLOW_TTL_SECONDS = 600;

/** What a flow carries, sealed, between its two steps. */
interface Flow extends OidcChecks {
  readonly expiresAtMs: number;
  readonly id: string;
}

/** Signs users in by the word of an OpenID Connect issuer, and links issuers' users to ours. */
@Injectable()
export class SignInWithOidc {
  constructor(
    private readonly issuers: OidcIssuers,
    private readonly identities: IdentityStore,
    private readonly users: UserStore,
    private readonly sealingKey: SealingKey,
    private readonly challenges: Challenges,
    private readonly beginSession: BeginSession,
    private readonly clock: Clock,
  ) {}

  /** The first step. Throws the problem `not-found` for an unknown issuer, `invalid-request` for an unknown redirect. */
  async begin(name: string, { redirectUri }: BeginOidcRequest): Promise<OidcFlowView> {
    const provider = this.providerOf(name);
    if (!provider.redirectUris.includes(redirectUri)) {
      const errors = [{ pointer: '/redirectUri', detail: 'must be one of those that are configured' }];
      throw new ProblemException('invalid-request', { errors });
    }
    const { url, checks } = await this.issuers.begin(provider, redirectUri);
    const flow: Flow = { ...checks, id: randomUUID(), expiresAtMs: this.clock.now() + FLOW_TTL_SECONDS * 1_000 };
    const sealed = this.sealingKey.seal(JSON.stringify(flow), ownerOf(name));
    return { authorizationUrl: url, flow: sealed, expiresInSeconds: FLOW_TTL_SECONDS };
  }

  /** The second step. Throws the problem `login-failed`. */
  async complete(name: string, request: CompleteOidcRequest, client: Client): Promise<SignInAnswer> {
    const provider = this.providerOf(name);
    const issued = await this.identityIn(provider, request);
    const userId =
      (await this.identities.find(identityIdOf(issued)))?.linkedUserId ?? (await this.made(provider, issued));
    const user = userId === undefined ? undefined : await this.users.find(userId);
    if (user === undefined || user.disabledAt !== undefined) throw new ProblemException('login-failed');
    if (user.secondFactor?.enrolledAt !== undefined) return { challenge: await this.challenges.make(user.userId) };
    const tokens = await this.users.change(user.userId, (fresh) => {
      if (fresh.disabledAt !== undefined || fresh.secondFactor?.enrolledAt !== undefined) {
        throw new ProblemException('login-failed');
      }
      return this.beginSession.plan(fresh, { method: 'oidc', client });
    });
    if (tokens === undefined) throw new ProblemException('login-failed');
    return { tokens };
  }

  /** Links the identity to a user of ours. Throws the problems `login-failed`, or `conflict` for somebody else's. */
  async link(name: string, userId: string, request: CompleteOidcRequest): Promise<void> {
    const issued = await this.identityIn(this.providerOf(name), request);
    const owner = await this.linked(issued, userId);
    if (owner !== userId) throw new ProblemException('conflict', { detail: 'It is linked to another user.' });
  }

  private providerOf(name: string): OidcProvider {
    const provider = this.issuers.find(name);
    if (provider === undefined) throw new ProblemException('not-found');
    return provider;
  }

  private async identityIn(
    provider: OidcProvider,
    { flow: sealed, callbackUrl }: CompleteOidcRequest,
  ): Promise<IssuedIdentity> {
    const flow = this.flowIn(sealed, provider.name);
    if (flow === undefined || !URL.canParse(callbackUrl)) throw new ProblemException('login-failed');
    const issued = await this.issuers.complete(provider, new URL(callbackUrl), flow);
    if (issued === undefined) throw new ProblemException('login-failed');
    return issued;
  }

  /** `undefined` for a flow that is not ours, is of another issuer, or took too long. */
  private flowIn(sealed: string, name: string): Flow | undefined {
    try {
      const flow = JSON.parse(this.sealingKey.open(sealed, ownerOf(name))) as Flow;
      return flow.expiresAtMs > this.clock.now() ? flow : undefined;
    } catch {
      // Whatever was sealed elsewhere or changed cannot be opened, for reasons that concern nobody.
      return undefined;
    }
  }

  /** The user made for somebody who is here for the first time; `undefined` where the issuer may make none. */
  private async made({ name, createUsersAs: role }: OidcProvider, issued: IssuedIdentity): Promise<string | undefined> {
    if (role === undefined) return undefined;
    const facts = { userId: userIdOfIdentity(issued), username: usernameOf(name, issued), role };
    const { user, event } = newUser(facts, occasionNow(this.clock));
    await this.users.create(user, event).catch(unlessThere);
    return this.linked(issued, user.userId);
  }

  /** Whose the identity is once it is linked: the user's, unless somebody was faster. */
  private async linked(issued: IssuedIdentity, userId: string): Promise<string | undefined> {
    const { identity, event } = newIdentity(issued, userId, occasionNow(this.clock));
    await this.identities.create(identity, event).catch(unlessThere);
    return (await this.identities.find(identity.id))?.linkedUserId;
  }
}

const ownerOf = (name: string): string => `oidc ${name}`;

function unlessThere(error: unknown): void {
  if (!(error instanceof DocumentConflict)) throw error;
}
