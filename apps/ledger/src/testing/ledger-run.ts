import { Failure, newProfileId, newUserId } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { CapitalHeldV1, CapitalTransferRefusedV1, CapitalTransferV1 } from '@ballast/contracts/ledger';
import type { RunningService } from '@ballast/service-host';
import type { StandingAccount } from '../domain/verify-account.js';
import { TransferEventsConsumer } from '../adapters/transfer-events.consumer.js';
import { OpenAccount } from '../open-account.js';
import { SettleTransfer } from '../settle-transfer.js';
import type { TestProfile } from './bench.js';
import { hearingOf } from './hearing.js';
import type { UseCases } from './ledger-in-memory.js';
import { ProfileModel } from './ledger-model.js';
import { LedgerRequests } from './ledger-requests.js';
import { PROFILES, chosen } from './ledger-steps.js';
import type { Step } from './ledger-steps.js';
import type { Crash } from './memory-store.js';
import { OrderPlot } from './order-plot.js';
import type { Told } from './order-plot.js';

/** Times an event that comes too early for one replica's memory is heard again at once. */
const TRIES_MAX = 3;

/** What a run sees and does of the store below the ledger. */
export interface Ground {
  arm(crash?: Crash): void;
  /** Commits done since `arm`. */
  readonly done: number;
  /** Whether the crash has happened. */
  readonly isHit: boolean;
  /** Events committed so far. */
  readonly events: readonly EventEnvelope[];
  standing(profileId: string): Promise<StandingAccount>;
}

/** An event on its way to the ledger: of an order, or of a step of a transfer. */
type Waiting = Heard | { readonly step: EventEnvelope };

interface Plotted {
  readonly profile: number;
  readonly plot: OrderPlot;
}

interface Heard {
  readonly profile: number;
  readonly told: Told;
}

/** Replicas of a ledger and the model beside them, step by step. */
export class LedgerRun {
  readonly profiles: readonly TestProfile[];
  readonly models = Array.from({ length: PROFILES }, () => new ProfileModel());
  readonly #requests: LedgerRequests;
  readonly #plots: Plotted[] = [];
  #waiting: Waiting[] = [];
  readonly #heard: Waiting[] = [];
  #eventsSeen = 0;

  constructor(
    private readonly replicas: readonly UseCases[],
    private readonly ground: Ground,
    nowMs: () => number,
  ) {
    const ownerId = newUserId(1);
    this.profiles = this.models.map(() => ({ profileId: newProfileId(1), ownerId, token: '' }));
    this.#requests = new LedgerRequests(this.profiles, this.models, { ground, nowMs });
  }

  async open(): Promise<void> {
    for (const { profileId, ownerId } of this.profiles) {
      const created = { profileId, ownerId, name: 'run', entriesPerSymbolMax: 1 };
      await (this.replicas[0] as UseCases).get(OpenAccount).execute(created);
    }
  }

  /** Does a step. Throws where what is answered is not what the model says. */
  async take(step: Step): Promise<void> {
    const replica = this.replicas[step.replica % this.replicas.length] as UseCases;
    this.ground.arm(step.crash);
    await this.#do(step, replica);
    this.#collect();
  }

  /** Hears what is on its way and asks again what was not answered, until nothing is left; throws when that never comes. */
  async settle(): Promise<void> {
    const [replica] = this.replicas as [UseCases];
    this.ground.arm();
    await this.#requests.askAllAgain(replica);
    this.#collect();
    while (this.#waiting.length > 0) {
      const before = this.#heard.length;
      for (const waiting of [...this.#waiting]) {
        this.ground.arm();
        await this.#hear(waiting, replica);
      }
      this.#collect();
      if (this.#heard.length === before) throw new Error(`${this.#waiting.length} wait for ever`);
    }
  }

  /** Compares every balance and hold with the model; throws where they differ. */
  async compare(): Promise<void> {
    for (const [index, { profileId }] of this.profiles.entries()) {
      const { account, held } = await this.ground.standing(profileId);
      const model = this.models[index] as ProfileModel;
      const real = {
        balances: account.balances,
        version: account.postings,
        held,
        closed: account.closedAt !== undefined,
      };
      const expected = { balances: model.balances, version: model.version, held: model.holds, closed: model.isClosed };
      expect(real).toEqual(expected);
    }
  }

  async #do({ doing, profile, version }: Step, replica: UseCases): Promise<void> {
    switch (doing.do) {
      case 'place': {
        const plot = new OrderPlot(this.profiles[profile] as TestProfile, doing.tenths, doing.price, doing.isShort);
        this.#plots.push({ profile, plot });
        return this.#tell(profile, plot.placed());
      }
      case 'fill':
        return this.#plot(doing.which, (plot) => plot.fill(doing.tenths, doing.better));
      case 'end':
        return this.#plot(doing.which, (plot) => plot.end());
      case 'ask-to-replace':
        return this.#plot(doing.which, (plot) => plot.askToReplace(doing.tenths, doing.price));
      case 'replace':
        return this.#plot(
          doing.which,
          (plot) => plot.replace(doing.isTaken, (...of) => this.#isHeld(...of)),
          ({ plot }) => plot.isWanted,
        );
      case 'close-position':
        return this.#plot(doing.which, (plot) => plot.close(doing.price));
      case 'hear':
        return this.#hearOne(this.#waiting, doing.which, replica);
      case 'hear-again':
        return this.#hearOne(this.#heard, doing.which, replica);
      default:
        return this.#requests.ask(doing, { profile, version }, replica);
    }
  }

  /** Whether the ledger has said that it holds what this replacement of the order costs. */
  #isHeld(orderId: string, revision: number): boolean {
    return this.ground.events.some(({ type, subject, data }) => {
      if (type !== 'capital.held.v1' || subject !== orderId) return false;
      return (data as CapitalHeldV1).revision === revision;
    });
  }

  #plot(
    which: number,
    next: (plot: OrderPlot) => Told | undefined,
    isMeant: (of: Plotted) => boolean = () => true,
  ): void {
    const told = chosen(this.#plots.filter(isMeant), which);
    if (told !== undefined) this.#tell(told.profile, next(told.plot));
  }

  #tell(profile: number, told: Told | undefined): void {
    if (told !== undefined) this.#waiting.push({ profile, told });
  }

  async #hearOne(from: readonly Waiting[], which: number, replica: UseCases): Promise<void> {
    const waiting = chosen(from, which);
    if (waiting !== undefined) await this.#hear(waiting, replica);
  }

  async #hear(waiting: Waiting, replica: UseCases): Promise<void> {
    const isEarly =
      'step' in waiting ? await this.#hearStep(waiting.step, replica) : await this.#hearTold(waiting, replica);
    if (isEarly || this.ground.isHit || !this.#waiting.includes(waiting)) return;
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    this.#heard.push(waiting);
  }

  async #hearTold({ profile, told }: Heard, replica: UseCases): Promise<boolean> {
    const isEarly = await this.#failsToHear(() => hearingOf({ app: replica } as RunningService)(told.event));
    const { ground } = this;
    if (ground.isHit && ground.done === 0) return false;
    const expected = (this.models[profile] as ProfileModel).hear(told.model);
    // Whoever dies after its commit has not said that it is done; the event comes again.
    if (!ground.isHit) expect(isEarly ? 'too-early' : 'done').toBe(expected);
    return isEarly;
  }

  async #hearStep(step: EventEnvelope, replica: UseCases): Promise<boolean> {
    const consumer = new TransferEventsConsumer(replica.get(SettleTransfer));
    const { data } = step;
    const isEarly = await this.#failsToHear(() => {
      if (step.type === 'capital.transfer-reserved.v1')
        return consumer.reserved({ ...step, data: data as CapitalTransferV1 });
      if (step.type === 'capital.transfer-received.v1')
        return consumer.received({ ...step, data: data as CapitalTransferV1 });
      return consumer.refused({ ...step, data: data as CapitalTransferRefusedV1 });
    });
    this.#requests.stepped((data as CapitalTransferV1).transferId);
    if (!this.ground.isHit) expect(isEarly).toBe(false);
    return isEarly;
  }

  /** Whether it is too early even for a replica that has read everything afresh. */
  async #failsToHear(hear: () => Promise<void>): Promise<boolean> {
    for (let attempt = 1; attempt <= TRIES_MAX && !this.ground.isHit; attempt += 1) {
      try {
        await hear();
        return false;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }
    return true;
  }

  #collect(): void {
    const { events } = this.ground;
    const steps = events.slice(this.#eventsSeen).filter(({ type }) => STEPS.includes(type));
    this.#eventsSeen = events.length;
    this.#waiting.push(...steps.map((step) => ({ step })));
  }
}

const STEPS: readonly string[] = [
  'capital.transfer-reserved.v1',
  'capital.transfer-received.v1',
  'capital.transfer-refused.v1',
];
