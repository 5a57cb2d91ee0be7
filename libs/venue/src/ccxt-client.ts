import { AnsweredWithError, runCall, type CcxtCall } from './ccxt-call.js';
import type { CcxtQuirks } from './ccxt-quirks.js';
import type { RequestBudget } from './request-budget.js';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from './venue-errors.js';
import type { VenueKeys } from './venue-keys.js';
import { CallFailed, isRateLimited, isServerFault, limitSentence } from './venue-http.js';

/** What ccxt's errors come to, besides the three errors of the port. */
export type CcxtTrouble = 'duplicate-key' | 'not-found';

/** A call that ended in something its caller has an answer to. */
export class CcxtTroubled extends Error {
  constructor(
    readonly trouble: CcxtTrouble,
    options: ErrorOptions,
  ) {
    super(trouble, options);
    this.name = 'CcxtTroubled';
  }
}

/** Whose requests these are: the budget they draw on, and the keys, which no error may repeat. */
export interface CcxtAccount {
  budget: RequestBudget;
  keys: VenueKeys;
}

interface Outcome {
  call: CcxtCall;
  /** Whether the call must not be made twice, so that only its first request can be surely refused. */
  isOnce: boolean;
  /** The error for a call whose end is not known. */
  unanswered(message: string, cause: unknown): Error;
}

const MESSAGE_LENGTH_MAX = 300;
const RATE_ERRORS = ['RateLimitExceeded', 'DDoSProtection'];
const KEY_ERRORS = ['AuthenticationError'];
const AWAY_ERRORS = ['OperationFailed'];
/** The class of errors that ccxt itself has no closer word for. */
const NAMELESS_ERROR = 'ExchangeError';
const NOT_FOUND = 404;
const ERROR_STATUS_MIN = 400;

/** Makes ccxt's calls and sorts what becomes of them into the port's errors. */
export class CcxtClient {
  constructor(
    private readonly account: CcxtAccount,
    private readonly quirks: CcxtQuirks,
  ) {}

  /** A call that must not be made twice: what is not surely refused or answered is unknown. */
  send<T>(work: () => Promise<T>): Promise<T> {
    const call = { isUrgent: false, asked: 0 };
    return this.make(work, {
      call,
      isOnce: true,
      unanswered: (message, cause) =>
        call.asked > 0 ? new VenueOutcomeUnknown(message, { cause }) : new VenueUnavailable(message, { cause }),
    });
  }

  /** A call that may be made again whatever became of it. */
  repeatable<T>(work: () => Promise<T>, { isUrgent = false } = {}): Promise<T> {
    const unanswered = (message: string, cause: unknown): Error => unavailable(message, cause);
    return this.make(work, { call: { isUrgent, asked: 0 }, isOnce: false, unanswered });
  }

  /** A repeatable call that has no refusals: the venue that says no is an unavailable one. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.repeatable(work);
    } catch (error) {
      if (error instanceof VenueRejected) throw new VenueUnavailable(error.message, { cause: error });
      if (error instanceof CcxtTroubled) throw new VenueUnavailable('the venue does not have it', { cause: error });
      throw error;
    }
  }

  private async make<T>(work: () => Promise<T>, outcome: Outcome): Promise<T> {
    try {
      const result = await runCall(outcome.call, work);
      this.account.budget.answered();
      return result;
    } catch (error) {
      throw this.judge(error, outcome);
    }
  }

  private judge(error: unknown, outcome: Outcome): unknown {
    const { call, isOnce, unanswered } = outcome;
    if (error instanceof AnsweredWithError) return this.judgeAnswer(error, outcome);
    if (error instanceof CallFailed) {
      const isSure = !error.isSent && !(isOnce && call.asked > 1);
      return isSure ? unavailable(error.message, error) : unanswered(error.message, error);
    }
    if (error instanceof VenueRejected) return error;
    if (error instanceof VenueUnavailable) return call.asked === 0 ? error : unanswered(error.message, error);
    // What ccxt refuses without having asked never left this machine; after an answer, it could not read that one.
    if (call.asked > 0) return unanswered(`the venue's answer cannot be read: ${nameOf(error)}`, this.told(error));
    return namesOf(error).includes('BaseError') ? new VenueRejected(nameOf(error), this.redact(textOf(error))) : error;
  }

  private judgeAnswer(error: AnsweredWithError, { call, isOnce, unanswered }: Outcome): Error {
    const { reply, cause } = error;
    const told = this.told(cause);
    const isLater = isOnce && call.asked > 1;
    const names = namesOf(cause);
    const is = (list: readonly string[]): boolean => list.some((name) => names.includes(name));
    if (isRateLimited(reply) || is(RATE_ERRORS)) {
      const retryAfterMs = this.account.budget.refused(reply.retryAfterMs);
      const limited = new VenueUnavailable(limitSentence(reply), { cause: told, retryAfterMs });
      return isLater ? unanswered(limited.message, limited) : limited;
    }
    this.account.budget.answered();
    const isError = reply.status >= ERROR_STATUS_MIN;
    const isVague = !isError && (is(AWAY_ERRORS) || names[0] === NAMELESS_ERROR);
    if (isServerFault(reply) || isVague || isLater) return unanswered(error.message, told);
    if (is(KEY_ERRORS)) return unavailable('the venue does not accept our keys', told);
    if (this.quirks.isDuplicate?.(reply) === true || is(['DuplicateOrderId'])) {
      return new CcxtTroubled('duplicate-key', { cause: told });
    }
    if (reply.status === NOT_FOUND || is(['OrderNotFound'])) return new CcxtTroubled('not-found', { cause: told });
    return this.refusal(error);
  }

  /** The venue's own code and words where it has any, else ccxt's. */
  private refusal({ reply: { status, json }, cause }: AnsweredWithError): VenueRejected {
    const fields = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
    const message = [fields['message'], fields['msg'], textOf(cause)].find((text) => typeof text === 'string');
    const code = typeof fields['code'] === 'string' ? fields['code'] : nameOf(cause);
    return new VenueRejected(code, this.redact(String(message ?? `the venue answered ${status}`)));
  }

  /** What ccxt said, without what else its error holds: the venue's words may repeat our keys. */
  private told(error: unknown): Error {
    return new Error(`${nameOf(error)}: ${this.redact(textOf(error))}`);
  }

  private redact(text: string): string {
    return this.account.keys.redact(text).slice(0, MESSAGE_LENGTH_MAX);
  }
}

/** An error that is one already keeps the time it names. */
function unavailable(message: string, cause: unknown): VenueUnavailable {
  return cause instanceof VenueUnavailable ? cause : new VenueUnavailable(message, { cause });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nameOf(error: unknown): string {
  return namesOf(error)[0] ?? 'unknown';
}

/** The names of an error's class and of every class above it: ccxt's hierarchy says what kind an error is. */
function namesOf(error: unknown): string[] {
  const names: string[] = [];
  for (let at: unknown = error; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const name = at.constructor?.name;
    if (name !== undefined && !names.includes(name)) names.push(name);
  }
  return names;
}
