import { orderOfBrokerKey } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { OrderExecutedV1, OrderPlacedV1, OrderReplacedV1 } from '@ballast/contracts/orders';
import { eventIn } from '@ballast/cosmos';
import { Decimal } from '@ballast/money';
import type { VenueOrderRequest } from '@ballast/venue';
import type { Story } from './story.js';
import type { Written } from './store.js';

/** A posting as it is stored. */
export interface StoredPosting {
  readonly id: string;
  readonly kind: 'posting';
  readonly about: string;
  readonly cause: string;
  readonly profileId: string;
  readonly orderId?: string;
  readonly number: number;
  readonly legs: Readonly<Record<string, string>>;
  readonly balances: Readonly<Record<string, string>>;
}

/** Accounts of a posting, and how `balances` names them; what was put in counts the other way round. */
const BALANCE_OF: readonly (readonly [account: string, balance: string, sign: bigint])[] = [
  ['available', 'available', 1n],
  ['reserved-for-orders', 'reservedForOrders', 1n],
  ['reserved-for-positions', 'reservedForPositions', 1n],
  ['realized-pnl', 'realizedPnl', -1n],
  ['fees', 'fees', 1n],
  ['funding', 'allocated', -1n],
];
/** What may never be below zero, whatever happens. */
const NEVER_NEGATIVE = ['available', 'reserved-for-orders', 'reserved-for-positions'];

/** Sees every write and everything that reaches the broker, and says at once what must not be. */
export class Witness {
  /** What was not as it must be. */
  readonly violations: string[] = [];
  readonly postings: StoredPosting[] = [];
  readonly events: EventEnvelope[] = [];
  readonly placed = new Map<string, OrderPlacedV1>();
  readonly executed: OrderExecutedV1[] = [];
  /** By order, the last terms that it has been given in the place of those it was placed with. */
  readonly replaced = new Map<string, OrderReplacedV1>();
  private readonly sums = new Map<string, Map<string, bigint>>();
  private readonly sequences = new Map<string, number>();
  private readonly causes = new Set<string>();
  private readonly sentKeys = new Map<string, number>();
  private readonly ended = new Set<string>();

  constructor(
    private readonly story: Story,
    /** Profiles in which the broker filled what had ended: what that takes beyond the capital is its doing. */
    private readonly isExcused: (profileId: string) => boolean,
  ) {}

  /** Notes a violation where something is not so. */
  must(isSo: boolean, otherwise: () => string): void {
    if (isSo) return;
    const text = this.story.named(otherwise());
    this.story.tell('VIOLATION', () => text);
    this.violations.push(text);
  }

  /** A batch was committed. */
  wrote({ documents }: Written): void {
    for (const document of documents) {
      if (document['kind'] === 'posting') this.posted(document as unknown as StoredPosting);
      const event = eventIn(document);
      if (event !== undefined) this.published(event);
    }
  }

  /** An order is about to be taken by the broker. */
  submitted({ brokerKey, side, quantity, limitPrice }: VenueOrderRequest): void {
    const orderId = orderOfBrokerKey(brokerKey)?.orderId ?? '';
    const placed = this.placed.get(orderId);
    this.must(placed !== undefined, () => `${brokerKey} reaches the broker and was never placed`);
    this.must(!this.ended.has(orderId), () => `${orderId} reaches the broker after its end`);
    if (placed === undefined || placed.intent === 'exit') return;
    const held = this.heldFor(orderId);
    this.must(held !== undefined, () => `${orderId} reaches the broker and nothing is held for it`);
    if (held === undefined || limitPrice === undefined || side === 'sell') return;
    const worst = quantity.times(limitPrice).times(100).toDecimalPlaces(0, Decimal.ROUND_UP);
    this.must(worst.lte(held.toString()), () => `${orderId} may cost ${worst.toFixed()} and ${held} are held`);
  }

  /** The broker has taken an order it did not have. */
  accepted(brokerKey: string): void {
    const count = (this.sentKeys.get(brokerKey) ?? 0) + 1;
    this.sentKeys.set(brokerKey, count);
    this.must(count === 1, () => `the broker has ${brokerKey} ${count} times`);
  }

  /** The sum of all legs of an account. */
  sumOf(profileId: string, account: string): bigint {
    return this.sums.get(profileId)?.get(account) ?? 0n;
  }

  /** What is reserved for an order now; `undefined` where nothing ever was. */
  private heldFor(orderId: string): bigint | undefined {
    const own = this.postings.filter((posting) => posting.orderId === orderId);
    if (own.length === 0) return undefined;
    return own.reduce((sum, { legs }) => sum + BigInt(legs['reserved-for-orders'] ?? 0), 0n);
  }

  private posted(posting: StoredPosting): void {
    const { profileId, legs, id, about, cause, balances, number } = posting;
    const numberBefore = this.postings.findLast((one) => one.profileId === profileId)?.number ?? 0;
    this.must(number === numberBefore + 1, () => `${id} is number ${number} after ${numberBefore}`);
    // A transfer is the cause of several steps, each of which is posted once.
    const effect = `${profileId} ${cause} ${about.startsWith('transfer') ? about : ''}`;
    this.must(!this.causes.has(effect), () => `${cause} is posted twice`);
    this.causes.add(effect);
    this.postings.push(posting);
    const sums = this.sums.get(profileId) ?? new Map<string, bigint>();
    this.sums.set(profileId, sums);
    for (const [account, units] of Object.entries(legs)) sums.set(account, (sums.get(account) ?? 0n) + BigInt(units));
    const total = Object.values(legs).reduce((sum, units) => sum + BigInt(units), 0n);
    this.must(total === 0n, () => `the legs of ${id} come to ${total}`);
    for (const account of NEVER_NEGATIVE)
      this.must(
        (sums.get(account) ?? 0n) >= 0n,
        () => `${account} of ${profileId} is ${sums.get(account)} after ${id}`,
      );
    const shortfall = sums.get('shortfall') ?? 0n;
    this.must(shortfall === 0n || this.isExcused(profileId), () => `${id} leaves a shortfall of ${shortfall}`);
    for (const [account, balance, sign] of BALANCE_OF)
      this.must(
        (sums.get(account) ?? 0n) * sign === BigInt(balances[balance] ?? '0'),
        () => `${id} says that ${balance} is ${balances[balance]}, its postings come to ${sums.get(account) ?? 0n}`,
      );
  }

  private published(event: EventEnvelope): void {
    const { id, type, source, partitionkey, sequence, data } = event;
    if (sequence !== undefined) {
      const of = `${source} ${partitionkey}`;
      const before = this.sequences.get(of) ?? 0;
      this.must(sequence === before + 1, () => `${id} has the place ${sequence} after ${before} in ${of}`);
      this.sequences.set(of, sequence);
    }
    this.events.push(event);
    if (type === 'order.placed.v1') this.placed.set((data as OrderPlacedV1).orderId, data as OrderPlacedV1);
    if (type === 'order.executed.v1') this.executed.push(data as OrderExecutedV1);
    if (type === 'order.replaced.v1') this.replaced.set(event.subject, data as OrderReplacedV1);
    if (type === 'order.ended.v1') this.ended.add(event.subject);
  }
}
