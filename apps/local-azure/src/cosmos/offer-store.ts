import type { Sqlite } from '../storage/sqlite.js';
import { badRequest } from './cosmos-error.js';

/** Request units a second: a fixed number, or the most that autoscale goes up to. */
export interface Throughput {
  readonly kind: 'manual' | 'autoscale';
  readonly requestUnits: number;
}

/** The throughput of a database or container. */
export interface Offer {
  readonly n: number;
  /** The internal id of what it is for. */
  readonly resource: string;
  readonly throughput: Throughput;
  /** The most it ever was, in request units a second; it can go down to a hundredth of that. */
  readonly highest: number;
  readonly version: number;
  readonly ts: number;
}

/** What a container has when nobody says anything else. */
export const DEFAULT_THROUGHPUT: Throughput = { kind: 'manual', requestUnits: 400 };
/** Request units a second that one physical partition can serve; more of them make more partitions. */
export const RANGE_REQUEST_UNITS_MAX = 10_000;
const REQUEST_UNITS_MAX = 1_000_000;
/** Least and step, in request units a second. */
const BOUNDS = { manual: { min: 400, step: 100 }, autoscale: { min: 1_000, step: 1_000 } } as const;
const LOWEST_SHARE = 100;

const SCHEMA = `CREATE TABLE IF NOT EXISTS offers (
  n INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, units INTEGER NOT NULL,
  highest INTEGER NOT NULL, version INTEGER NOT NULL, ts INTEGER NOT NULL)`;

interface OfferRow {
  readonly n: number;
  readonly resource: string;
  readonly kind: Throughput['kind'];
  readonly units: number;
  readonly highest: number;
  readonly version: number;
  readonly ts: number;
}

/** The throughput of every database and container that has its own. What writes must run inside a transaction. */
export class OfferStore {
  constructor(private readonly db: Sqlite) {
    db.exec(SCHEMA);
  }

  list(): Offer[] {
    return this.db.prepare<OfferRow>('SELECT * FROM offers ORDER BY n').all().map(offerOf);
  }

  /** The offer of a resource, if it has one of its own. */
  of(resource: string): Offer | undefined {
    const row = this.db.prepare<OfferRow>('SELECT * FROM offers WHERE resource = ?').get(resource);
    return row && offerOf(row);
  }

  create(resource: string, { kind, requestUnits }: Throughput, nowSeconds: number): void {
    const sql = 'INSERT INTO offers (resource, kind, units, highest, version, ts) VALUES (?, ?, ?, ?, 0, ?)';
    this.db.prepare(sql).run(resource, kind, requestUnits, requestUnits, nowSeconds);
  }

  /** Throws 400 for a throughput of the other kind, or below the least that is allowed. */
  replace(offer: Offer, { kind, requestUnits }: Throughput, nowSeconds: number): void {
    if (kind !== offer.throughput.kind)
      throw badRequest('An offer cannot be changed between manual and autoscale throughput.');
    const least = leastOf(offer);
    if (requestUnits < least) throw badRequest(`The offer cannot go below ${least} request units a second.`);
    const sql = 'UPDATE offers SET units = ?, highest = MAX(highest, ?), version = version + 1, ts = ? WHERE n = ?';
    this.db.prepare(sql).run(requestUnits, requestUnits, nowSeconds, offer.n);
  }

  remove(resource: string): void {
    this.db.prepare('DELETE FROM offers WHERE resource = ?').run(resource);
  }
}

/** The least that an offer can be replaced with, in request units a second. */
export const leastOf = ({ throughput, highest }: Offer): number =>
  Math.max(BOUNDS[throughput.kind].min, Math.ceil(highest / LOWEST_SHARE));

/** Throws 400 for a throughput that the service does not sell. */
export function requireThroughput({ kind, requestUnits }: Throughput): Throughput {
  const { min, step } = BOUNDS[kind];
  if (
    !Number.isInteger(requestUnits) ||
    requestUnits < min ||
    requestUnits > REQUEST_UNITS_MAX ||
    requestUnits % step !== 0
  ) {
    throw badRequest(
      `The offer should have valid throughput values between ${min} and ${REQUEST_UNITS_MAX} inclusive in increments of ${step}.`,
    );
  }
  return { kind, requestUnits };
}

/** How many physical partitions a throughput needs. */
export const rangesFor = ({ requestUnits }: Throughput): number => Math.ceil(requestUnits / RANGE_REQUEST_UNITS_MAX);

const offerOf = ({ kind, units, ...rest }: OfferRow): Offer => ({ ...rest, throughput: { kind, requestUnits: units } });
