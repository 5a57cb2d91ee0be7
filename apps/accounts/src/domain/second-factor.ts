/** The second factor of a user as stored: a TOTP secret (RFC 6238: SHA-1, six digits, 30 s) and recovery codes. */
export interface SecondFactor {
  /** The secret, sealed. */
  readonly sealedSecret: string;
  /** When a first code proved that the authenticator has it; absent until then, and it counts for nothing. */
  readonly enrolledAt?: string;
  /** The newest time step of which a code was taken; no code of it or of an earlier one is taken again. */
  readonly lastStep?: number;
  /** SHA-256 in hexadecimal of the recovery codes that are left. */
  readonly recoveryHashes: readonly string[];
}

/** What a code turned out to be. */
export type CodeVerdict =
  | { readonly kind: 'one-time'; readonly secondFactor: SecondFactor }
  | { readonly kind: 'recovery'; readonly secondFactor: SecondFactor }
  | { readonly kind: 'wrong' };

/** What a code was compared with. */
export interface CodeFacts {
  /** The time step whose code it is, among those that may be taken now. */
  readonly step: number | undefined;
  /** SHA-256 in hexadecimal of what was sent, read as a recovery code. */
  readonly recoveryHash: string;
}

/** Takes a code once: the second factor without it, or `wrong` for one that never was or was taken before. */
export function decideCode(secondFactor: SecondFactor, { step, recoveryHash }: CodeFacts): CodeVerdict {
  if (step !== undefined && step > (secondFactor.lastStep ?? Number.NEGATIVE_INFINITY)) {
    return { kind: 'one-time', secondFactor: { ...secondFactor, lastStep: step } };
  }
  const left = secondFactor.recoveryHashes.filter((hash) => hash !== recoveryHash);
  if (left.length === secondFactor.recoveryHashes.length) return { kind: 'wrong' };
  return { kind: 'recovery', secondFactor: { ...secondFactor, recoveryHashes: left } };
}
