import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { userIdentityLinked } from '@ballast/contracts/accounts';
import type { UserIdentityLinkedV1 } from '@ballast/contracts/accounts';
import { accountEvent } from './account-event.js';
import { derivedId } from './derived-id.js';
import type { Occasion } from './user.js';

/** Characters of a user's name, at most. */
const USERNAME_CHARS_MAX = 64;

/** Who somebody is at an OpenID Connect issuer. Only issuer and subject together name them, and for ever. */
export interface IssuedIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** What the issuer calls them in words; good for nothing but to be shown. */
  readonly name?: string;
}

/** That an identity is one of our users, as stored: in a partition of its own, named by the identity. */
export interface Identity {
  readonly id: string;
  readonly productId: string;
  /** The partition; the user is `linkedUserId`. */
  readonly userId: string;
  readonly kind: 'identity';
  readonly linkedUserId: string;
  readonly issuer: string;
  readonly issuerSubject: string;
  readonly createdAt: string;
}

/** The id of an identity, so that finding its user is one point read. */
export function identityIdOf({ issuer, subject }: IssuedIdentity): string {
  return `idn_${derivedId('identity', issuer, subject)}`;
}

/** The id of the user who is made for an identity; nobody's name leads to it. */
export function userIdOfIdentity({ issuer, subject }: IssuedIdentity): string {
  return `usr_${derivedId('oidc', issuer, subject)}`;
}

/** The name under which such a user is shown. */
export function usernameOf(provider: string, { subject, name = subject }: IssuedIdentity): string {
  return [...`${provider}:${name}`].slice(0, USERNAME_CHARS_MAX).join('');
}

/** An identity that is linked to a user now, and the event that tells of it. */
export function newIdentity(
  issued: IssuedIdentity,
  linkedUserId: string,
  { time, trace }: Occasion,
): { identity: Identity; event: EventEnvelope<UserIdentityLinkedV1> } {
  const { issuer, subject: issuerSubject } = issued;
  const id = identityIdOf(issued);
  const identity: Identity = {
    ...{ id, productId: PRODUCT_ID, userId: id, kind: 'identity', linkedUserId, issuer, issuerSubject },
    createdAt: time,
  };
  const about = { aggregateId: id, subject: linkedUserId, partitionKey: SYSTEM_PARTITION };
  const data = { userId: linkedUserId, issuer, issuerSubject };
  return { identity, event: accountEvent({ declaration: userIdentityLinked, ...about, data }, time, trace) };
}
