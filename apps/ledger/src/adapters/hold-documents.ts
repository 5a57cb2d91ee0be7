import { decimal, decimalText } from '@ballast/money';
import { holdIdOf } from '../domain/hold.js';
import type { Hold, HoldState } from '../domain/hold.js';
import { profileKey } from './ledger-documents.js';
import type { AccountDocument, ProfileKey } from './ledger-documents.js';

/** A hold inside its account, without what follows from the rest; a number that is zero is left out. */
export interface LiveHoldDocument {
  readonly units: string;
  readonly used?: string;
  readonly raised?: string;
  readonly base?: string;
  readonly revision?: number;
  readonly asked?: number;
  readonly settled?: number;
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
  const raised = BigInt(document.raised ?? 0);
  const { revision = 0, asked = 0, settled = 0 } = document;
  return {
    orderId,
    state: 'held',
    units,
    used,
    remaining: units + raised - used,
    raised,
    base: decimal(document.base ?? '0'),
    ...{ revision, asked, settled },
    posted: { upTo: document.postedUpTo ?? 0, ahead: document.postedAhead ?? [] },
    executions: document.executions,
  };
}

function liveHoldDocument(hold: Hold): LiveHoldDocument {
  const { units, used, raised, base, revision, asked, settled, posted, executions } = hold;
  return {
    units: units.toString(),
    ...(used > 0n && { used: used.toString() }),
    ...(raised > 0n && { raised: raised.toString() }),
    ...(!base.isZero() && { base: decimalText(base) }),
    ...(revision > 0 && { revision }),
    ...(asked > 0 && { asked }),
    ...(settled > 0 && { settled }),
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
    ...{ raised: 0n, base: decimal('0'), revision: 0, asked: 0, settled: 0 },
    posted: { upTo: postedUpTo, ahead: postedAhead ?? [] },
    executions,
  };
}
