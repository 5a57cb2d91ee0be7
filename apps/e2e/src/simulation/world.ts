import type { Guard } from '@ballast/faults';
import { toMessage } from '@ballast/service-bus';
import { newProfileId, newRequestId, newUserId, orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import { startAudit } from './audit-replica.js';
import { Bus } from './bus.js';
import { Chance } from './chance.js';
import { Exchange } from './exchange.js';
import { weaknessOf } from './guards.js';
import type { Weakness } from './guards.js';
import { startLedger } from './ledger-replica.js';
import type { LedgerDoor } from './ledger-replica.js';
import { startOrders } from './orders-replica.js';
import type { OrdersDoor } from './orders-replica.js';
import { Replica } from './replica.js';
import type { Oddity } from './replica.js';
import { Store } from './store.js';
import { Story } from './story.js';
import { BEGIN_MS, Timeline } from './timeline.js';
import { UpdateFeed } from './update-stream.js';
import { VenuePort, capabilitiesOf } from './venue-port.js';
import { VirtualProcess, endTurn } from './virtual-process.js';
import { Witness } from './witness.js';
import { Wire } from './wire.js';
import type { Fate } from './wire.js';

/** Profiles that trade in a run. */
const PROFILES = 2;
const REPLICAS = 2;
/** Processes that die in a run, at most, and how likely each effect is to be the last. */
const DEATHS_MAX = 5;
const DEATH_RATE = 0.004;
const RESTART_MS_MAX = 4_000;
/** By how much clocks differ, at most. */
const SKEW_MS_MAX = 200;

/** Somebody's profile. */
export interface Profile {
  readonly profileId: string;
  readonly ownerId: string;
}

/** What a seed decides about a run, and what is switched off in it. */
export interface RunOptions {
  readonly seed: number;
  readonly isTold: boolean;
  /** A precaution that is left out, to show that somebody notices. */
  readonly without?: Guard;
}

/** A place in which a process of a service runs, one after the other. */
interface Slot<Door> {
  readonly name: string;
  generation: number;
  process: VirtualProcess | undefined;
  /** What callers may ask for, from when it has started. */
  door: Door | undefined;
}

/** Two replicas of orders and of the ledger with everything around them, under one clock and one chance. */
export class World implements Fate {
  readonly timeline = new Timeline(endTurn);
  readonly chance: Chance;
  readonly story: Story;
  readonly witness: Witness;
  readonly store: Store;
  readonly bus: Bus;
  readonly exchange: Exchange;
  readonly oddities: Oddity[] = [];
  readonly profiles: readonly Profile[];
  readonly orders: Slot<OrdersDoor>[];
  readonly ledgers: Slot<LedgerDoor>[];
  readonly audits: Slot<object>[];
  isTroubled = true;
  readonly weakness: Weakness;
  private readonly feed: UpdateFeed;
  private readonly hasUniqueKeys: boolean;
  private deathsLeft: number;

  constructor({ seed, isTold, without }: RunOptions) {
    this.chance = new Chance(seed);
    this.story = new Story(this.timeline, isTold);
    this.weakness = weaknessOf(without);
    this.witness = new Witness(this.story, (profileId) => this.hasLateFill(profileId));
    this.store = new Store((written) => this.witness.wrote(written), this.weakness.store);
    const keepsDuplicates = this.chance.happens(0.3) || this.weakness.bus?.keepsDuplicates === true;
    this.bus = new Bus(this, ['orders', 'ledger', 'audit'], { keepsDuplicates });
    this.hasUniqueKeys = this.chance.happens(0.7);
    this.feed = new UpdateFeed(this);
    this.exchange = new Exchange(
      this,
      {
        submitted: (request) => this.witness.submitted(request),
        accepted: (brokerKey) => this.witness.accepted(brokerKey),
        updated: (update) => this.feed.tell(update),
      },
      this.hasUniqueKeys,
    );
    this.deathsLeft = this.chance.whole(0, DEATHS_MAX);
    const ownerId = newUserId(BEGIN_MS);
    this.profiles = Array.from({ length: PROFILES }, () => ({ profileId: newProfileId(BEGIN_MS), ownerId }));
    this.orders = slots('orders');
    this.ledgers = slots('ledger');
    this.audits = slots('audit');
  }

  /** Starts every process, and tells them of the profiles. */
  begin(): void {
    for (const slot of this.orders) this.startOrders(slot);
    for (const slot of this.ledgers) this.startLedger(slot);
    for (const slot of this.audits) this.startAudit(slot);
    for (const profile of this.profiles) this.tellOf(profile);
  }

  /** From now on nothing goes wrong any more, and what has gone wrong comes to its end. */
  calm(): void {
    this.isTroubled = false;
    this.exchange.market.isMoving = false;
    this.story.tell('world', () => 'is calm from now on');
  }

  of(process: VirtualProcess): 'lives' | 'dies-before' | 'dies-after' {
    if (!this.isTroubled || this.deathsLeft <= 0 || !process.isAlive || !this.chance.happens(DEATH_RATE))
      return 'lives';
    return this.chance.happens(0.5) ? 'dies-before' : 'dies-after';
  }

  kill(process: VirtualProcess): void {
    if (!process.isAlive) return;
    process.isAlive = false;
    this.deathsLeft -= 1;
    this.story.tell(process.name, () => 'dies');
    const restartMs = this.chance.between(0, RESTART_MS_MAX);
    this.timeline.after(restartMs, () => {
      for (const slot of this.orders) if (slot.process === process) this.startOrders(slot);
      for (const slot of this.ledgers) if (slot.process === process) this.startLedger(slot);
      for (const slot of this.audits) if (slot.process === process) this.startAudit(slot);
    });
  }

  /** A process that no fate touches: a caller. */
  bystander(name: string): VirtualProcess {
    return new VirtualProcess(name, this.timeline, this.chance);
  }

  private startOrders(slot: Slot<OrdersDoor>): void {
    const wire = this.wireOf(slot);
    const port = new VenuePort(this.exchange, this.feed, wire, capabilitiesOf(this.hasUniqueKeys), this.weakness.venue);
    this.start(slot, () => startOrders(this.replica('orders', wire), port.asVenue, this.weakness.orders));
  }

  private startLedger(slot: Slot<LedgerDoor>): void {
    const wire = this.wireOf(slot);
    this.start(slot, () => startLedger(this.replica('ledger', wire)));
  }

  private startAudit(slot: Slot<object>): void {
    const wire = this.wireOf(slot);
    this.start(slot, () => startAudit(this.replica('audit', wire)));
  }

  private start<Door>(slot: Slot<Door>, begin: () => Promise<Door>): void {
    const { process } = slot;
    if (process === undefined) throw new Error('unreachable: its wire was just laid');
    this.story.tell(process.name, () => 'starts');
    this.timeline.after(0, () => {
      void process.run(() =>
        begin().then(
          (door) => (slot.door = process.isAlive ? door : undefined),
          (error: unknown) => this.oddities.push({ process: process.name, text: `cannot start: ${String(error)}` }),
        ),
      );
    });
  }

  private wireOf<Door>(slot: Slot<Door>): Wire {
    slot.generation += 1;
    slot.door = undefined;
    const skewMs = this.chance.between(-SKEW_MS_MAX / 2, SKEW_MS_MAX / 2);
    slot.process = new VirtualProcess(`${slot.name}.${slot.generation}`, this.timeline, this.chance, skewMs);
    return new Wire(slot.process, this, this);
  }

  private replica(service: string, wire: Wire): Replica {
    const { store, bus, oddities } = this;
    const savesBeforeSending = this.weakness.savesBeforeSending === true;
    return new Replica(service, wire, { store, bus, oddities, savesBeforeSending });
  }

  private tellOf({ profileId, ownerId }: Profile): void {
    const data = { profileId, ownerId, name: 'simulated', entriesPerSymbolMax: 3 };
    const message = toMessage({
      id: `accounts:${profileId}:1`,
      type: 'profile.created.v1',
      source: '/accounts',
      subject: profileId,
      time: new Date(BEGIN_MS).toISOString(),
      partitionkey: profileId,
      ownerid: ownerId,
      correlationid: newRequestId(BEGIN_MS),
      data,
    });
    this.bus.publish('accounts', [message]);
  }

  private hasLateFill(profileId: string): boolean {
    const profileOf = (brokerKey: string): string | undefined =>
      profileOfOrder(orderOfBrokerKey(brokerKey)?.orderId ?? '');
    return this.exchange.fills.some(({ isLate, brokerKey }) => isLate && profileOf(brokerKey) === profileId);
  }
}

function slots<Door>(service: string): Slot<Door>[] {
  return Array.from({ length: REPLICAS }, (_, index) => ({
    name: `${service}-${index + 1}`,
    generation: 0,
    process: undefined,
    door: undefined,
  }));
}
