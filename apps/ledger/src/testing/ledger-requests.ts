import { createHash } from 'node:crypto';
import { Failure, transferIdOf } from '@ballast/contracts';
import type { Caller } from '@ballast/service-host';
import type { CapitalAnswer, CapitalRequest } from '../answer-once.js';
import { keyHashOf } from '../answer-once.js';
import { ChangeAccount } from '../change-account.js';
import { postingIdOf } from '../domain/posting.js';
import { MoveCapital } from '../move-capital.js';
import { ReversePosting } from '../reverse-posting.js';
import { TransferCapital } from '../transfer-capital.js';
import type { TestProfile } from './bench.js';
import type { UseCases } from './ledger-in-memory.js';
import type { ModelEntry, ProfileModel } from './ledger-model.js';
import type { Ground } from './ledger-run.js';
import { chosen } from './ledger-steps.js';
import type { Doing, Step } from './ledger-steps.js';

type Asked = Extract<Doing, { do: 'enter' | 'reverse' | 'transfer' | 'close' | 'reopen' | 'ask-again' }>;
type Answer = CapitalAnswer<object>;

/** A request under one key: how it is sent, what the model decides of it, and what became of it. */
interface Request {
  send(replica: UseCases): Promise<Answer>;
  /** Whether it is done, or refused. */
  decide(): boolean;
  decided?: boolean;
  answer?: Answer;
  transfer?: ModelTransfer;
}

/** What every request of a profile has. */
interface Terms {
  readonly profile: number;
  readonly model: ProfileModel;
  readonly common: Omit<CapitalRequest, 'kind'> & { readonly reason: string };
  readonly versioned: Terms['common'] & { readonly expectedVersion?: number };
  /** Whether the balances have changed since it was made. */
  isStale(): boolean;
}

interface ModelTransfer {
  readonly from: number;
  readonly to: number;
  readonly units: bigint;
  state: 'reserved' | 'received' | 'refused' | 'ended';
}

/** What is asked of the ledger in a run, and asked again. */
export class LedgerRequests {
  readonly #all: Request[] = [];
  readonly #entries: { readonly profile: number; readonly postingId: string; readonly entry: ModelEntry }[] = [];
  readonly #transfers = new Map<string, ModelTransfer>();

  constructor(
    private readonly profiles: readonly TestProfile[],
    private readonly models: readonly ProfileModel[],
    private readonly world: { readonly ground: Ground; nowMs(): number },
  ) {}

  async ask(doing: Asked, on: Pick<Step, 'profile' | 'version'>, replica: UseCases): Promise<void> {
    const request = doing.do === 'ask-again' ? chosen(this.#all, doing.which) : this.#made(doing, on);
    if (request === undefined) return;
    if (doing.do !== 'ask-again') this.#all.push(request);
    await this.#send(request, replica);
  }

  /** Whoever was not answered asks again. */
  async askAllAgain(replica: UseCases): Promise<void> {
    for (const request of this.#all) {
      if (request.answer !== undefined) continue;
      this.world.ground.arm();
      await this.#send(request, replica);
    }
  }

  /** Tells the model that a transfer was taken further, by as many steps as there were commits. */
  stepped(transferId: string): void {
    const transfer = this.#transfers.get(transferId);
    for (let step = 0; step < this.world.ground.done && transfer !== undefined; step += 1) this.#step(transfer);
  }

  async #send(request: Request, replica: UseCases): Promise<void> {
    const { ground } = this.world;
    const answer = await orNothing(request.send(replica));
    if (!ground.isHit) expect(answer).toBeDefined();
    this.#follow(request, ground.isHit ? ground.done : Number.POSITIVE_INFINITY);
    if (answer === undefined) return;
    expect(answer.outcome).toBe(request.decided === true ? 'done' : 'refused');
    if (request.answer !== undefined) expect(answer).toEqual(request.answer);
    request.answer = answer;
  }

  /** What so many commits do to the model: the decision, and after it the steps of a transfer. */
  #follow(request: Request, commits: number): void {
    let left = commits;
    if (request.decided === undefined && left > 0) {
      request.decided = request.decide();
      left -= 1;
    }
    for (; left > 0 && request.transfer !== undefined && request.transfer.state !== 'ended'; left -= 1) {
      this.#step(request.transfer);
    }
  }

  #made(doing: Exclude<Asked, { do: 'ask-again' }>, on: Pick<Step, 'profile' | 'version'>): Request | undefined {
    const terms = this.#termsOf(on);
    switch (doing.do) {
      case 'close':
        return this.#changeRequest('closing', terms);
      case 'reopen':
        return this.#changeRequest('reopening', terms);
      case 'enter':
        return this.#entryRequest(doing, terms);
      case 'reverse':
        return this.#reversalRequest(doing.which, terms);
      case 'transfer':
        return this.#transferRequest(doing.units, terms);
    }
  }

  #termsOf({ profile, version }: Pick<Step, 'profile' | 'version'>): Terms {
    const model = this.models[profile] as ProfileModel;
    const { profileId, ownerId } = this.profiles[profile] as TestProfile;
    const caller: Caller = { userId: ownerId, role: 'operator' };
    const idempotencyKey = `key-${this.#all.length}`;
    const common = { profileId, caller, idempotencyKey, requestHash: 'h', reason: 'r' };
    const expectedVersion = model.version + (version === 'wrong' ? 1 : 0);
    const versioned = { ...common, ...(version !== 'any' && { expectedVersion }) };
    const isStale = (): boolean => version !== 'any' && model.version !== expectedVersion;
    return { profile, model, common, versioned, isStale };
  }

  #changeRequest(kind: 'closing' | 'reopening', { model, common }: Terms): Request {
    const decide = (): boolean => {
      const isDone = kind === 'closing' ? !model.isClosed && model.isEmpty : model.isClosed;
      if (isDone) model.isClosed = kind === 'closing';
      return isDone;
    };
    return { send: (replica) => replica.get(ChangeAccount).changeState({ ...common, kind }), decide };
  }

  #entryRequest({ kind, units: asked, agoMs }: Extract<Doing, { do: 'enter' }>, terms: Terms): Request {
    const { profile, model, versioned, isStale } = terms;
    const units = kind === 'adjustment' || asked > 0n ? asked : -asked;
    const occurredAt = new Date(this.world.nowMs() - agoMs).toISOString();
    const entry: ModelEntry = { kind, units, isReversed: false };
    const decide = (): boolean => {
      const isDone = !isStale() && model.enter(entry);
      if (isDone) this.#entries.push({ profile, postingId: postingIdOf(keyHashOf(versioned)), entry });
      return isDone;
    };
    return { send: (replica) => replica.get(MoveCapital).execute({ ...versioned, kind, units, occurredAt }), decide };
  }

  #reversalRequest(which: number, { profile, model, versioned, isStale }: Terms): Request | undefined {
    const own = this.#entries.filter((other) => other.profile === profile);
    const made = chosen(own, which);
    if (made === undefined) return undefined;
    const { postingId, entry } = made;
    return {
      send: (replica) => replica.get(ReversePosting).execute({ ...versioned, kind: 'reversal', postingId }),
      decide: () => !isStale() && model.reverse(entry),
    };
  }

  #transferRequest(units: bigint, { profile: from, model, versioned, isStale }: Terms): Request {
    const to = (from + 1) % this.profiles.length;
    const { profileId: toProfileId } = this.profiles[to] as TestProfile;
    const command = { ...versioned, kind: 'transfer', toProfileId, units } as const;
    const request: Request = {
      send: (replica) => replica.get(TransferCapital).execute(command),
      decide: () => {
        const isRefused = isStale() || this.models[to]?.isClosed === true || model.isClosed || units > model.available;
        if (isRefused) return false;
        model.inTransit += units;
        model.version += 1;
        request.transfer = { from, to, units, state: 'reserved' };
        const digest = createHash('sha256').update(command.idempotencyKey).digest();
        this.#transfers.set(transferIdOf(command.profileId, digest), request.transfer);
        return true;
      },
    };
    return request;
  }

  #step(transfer: ModelTransfer): void {
    const [from, to] = [this.models[transfer.from], this.models[transfer.to]] as [ProfileModel, ProfileModel];
    if (transfer.state === 'ended') throw new Error('a transfer has a fourth step');
    if (transfer.state === 'reserved') {
      transfer.state = to.isClosed ? 'refused' : 'received';
      if (transfer.state === 'refused') return;
      to.allocated += transfer.units;
      to.version += 1;
      return;
    }
    if (transfer.state === 'received') from.allocated -= transfer.units;
    from.inTransit -= transfer.units;
    from.version += 1;
    transfer.state = 'ended';
  }
}

function orNothing(sent: Promise<Answer>): Promise<Answer | undefined> {
  return sent.catch((error: unknown) => {
    if (error instanceof Failure) return undefined;
    throw error;
  });
}
