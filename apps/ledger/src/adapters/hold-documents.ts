import { holdIdOf } from '../domain/hold.js';
import type { Hold, HoldState } from '../domain/hold.js';
import { profileKey } from './ledger-documents.js';
import type { AccountDocument, ProfileKey } from './ledger-documents.js';

/** A hold inside its account, without what follows from the rest; a number that is zero is left out. */
export interface LiveHoldDocument {
  readonly units: string;
  readonly used?: string;
  readonly postedUpTo?: number;
  readonly postedAhead?: readonly number[];
  readonly executions?: number;
}

/** A hold that is `held` no longer, or never was, as it is stored. */
export interface HoldDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'hold';
  readonly orderId: string;
  readonly state: HoldState;
  readonly units: string;
  readonly used: string;
  readonly remaining: string;
  readonly postedUpTo: number;
  readonly postedAhead?: readonly number[];
  readonly executions?: number;
}

/** The holds of the account after this one has changed: it stands among them as long as it is `held`. */
export function holdsWith(holds: AccountDocument['holds'], hold: Hold): AccountDocument['holds'] {
  const { [hold.orderId]: _before, ...others } = holds;
  return hold.state === 'held' ? { ...others, [hold.orderId]: liveHoldDocument(hold) } : others;
}

/** The order's hold as it stands in the account; `undefined` when the account holds nothing for it. */
export function liveHoldOf({ holds }: AccountDocument, orderId: string): Hold | undefined {
  const document = Object.hasOwn(holds, orderId) ? holds[orderId] : undefined;
  if (document === undefined) return undefined;
  const units = BigInt(document.units);
  const used = BigInt(document.used ?? 0);
  return {
    orderId,
    state: 'held',
    units,
    used,
    remaining: units - used,
    posted: { upTo: document.postedUpTo ?? 0, ahead: document.postedAhead ?? [] },
    executions: document.executions,
  };
}

function liveHoldDocument({ units, used, posted, executions }: Hold): LiveHoldDocument {
  return {
    units: units.toString(),
    ...(used > 0n && { used: used.toString() }),
    ...(posted.upTo > 0 && { postedUpTo: posted.upTo }),
    ...(posted.ahead.length > 0 && { postedAhead: posted.ahead }),
    ...(executions !== undefined && { executions }),
  };
}

export function holdDocument(profileId: string, hold: Hold): HoldDocument {
  const { orderId, state, units, used, remaining, posted, executions } = hold;
  return {
    id: holdIdOf(orderId),
    kind: 'hold',
    ...profileKey(profileId),
    orderId,
    state,
    units: units.toString(),
    used: used.toString(),
    remaining: remaining.toString(),
    postedUpTo: posted.upTo,
    ...(posted.ahead.length > 0 && { postedAhead: posted.ahead }),
    ...(executions !== undefined && { executions }),
  };
}

export function holdOf(document: HoldDocument): Hold {
  const { orderId, state, units, used, remaining, postedUpTo, postedAhead, executions } = document;
  return {
    orderId,
    state,
    units: BigInt(units),
    used: BigInt(used),
    remaining: BigInt(remaining),
    posted: { upTo: postedUpTo, ahead: postedAhead ?? [] },
    executions,
  };
}
