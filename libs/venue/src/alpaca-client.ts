import { callAlpaca, type HttpCall } from './alpaca-http.js';
import { isKeyRefused, isRefused, wireRefusal } from './alpaca-reply.js';
import type { RequestBudget } from './request-budget.js';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from './venue-errors.js';
import { CallFailed, isRateLimited, isServerFault, limitSentence, type Reply } from './venue-http.js';
import type { VenueKeys } from './venue-keys.js';
import { UnreadableReply } from './wire-fields.js';

const MESSAGE_LENGTH_MAX = 300;

/** Which of the account's budgets a call draws on, and whether it may draw on what is kept for urgent calls. */
export interface CallPlan {
  budget: RequestBudget | undefined;
  isUrgent?: boolean;
}

/** Makes Alpaca's calls within the account's budgets and sorts what becomes of them into the port's errors. */
export class AlpacaClient {
  constructor(private readonly keys: VenueKeys) {}

  /** A call that must not be made twice: what is not surely refused or answered is unknown. */
  async send(call: HttpCall, plan: CallPlan): Promise<Reply> {
    const reply = await this.call(call, plan, (message, cause) => new VenueOutcomeUnknown(message, { cause }));
    if (isServerFault(reply)) throw new VenueOutcomeUnknown(`the venue answered ${reply.status}`);
    return reply;
  }

  /** A call that may be made again whatever became of it. */
  async repeatable(call: HttpCall, plan: CallPlan): Promise<Reply> {
    const reply = await this.call(call, plan, (message, cause) => new VenueUnavailable(message, { cause }));
    if (isServerFault(reply)) throw new VenueUnavailable(`the venue answered ${reply.status}`);
    return reply;
  }

  /** Reads an answer; one that is refused or cannot be read is an unavailable venue. */
  decode<T>(reply: Reply, read: (json: unknown) => T): T {
    if (isRefused(reply)) throw new VenueUnavailable(this.rejection(reply).message);
    try {
      return read(reply.json);
    } catch (error) {
      if (error instanceof UnreadableReply) throw new VenueUnavailable(error.message, { cause: error });
      throw error;
    }
  }

  /** The venue's no, with our keys taken out of what it repeats. */
  rejection(reply: Reply): VenueRejected {
    const { code, message } = wireRefusal(reply);
    return new VenueRejected(code, this.redact(message));
  }

  private async call(
    call: HttpCall,
    { budget, isUrgent }: CallPlan,
    unanswered: (message: string, cause: unknown) => Error,
  ): Promise<Reply> {
    await budget?.take(1, { isUrgent: isUrgent === true });
    const reply = await callAlpaca(this.keys, call).catch((error: unknown) => {
      if (!(error instanceof CallFailed)) throw error;
      throw error.isSent ? unanswered(error.message, error) : new VenueUnavailable(error.message, { cause: error });
    });
    if (isRateLimited(reply)) throw rateLimited(reply, budget);
    budget?.answered();
    if (isKeyRefused(reply)) throw new VenueUnavailable('the venue does not accept our keys');
    return reply;
  }

  private redact(text: string): string {
    return this.keys.redact(text).slice(0, MESSAGE_LENGTH_MAX);
  }
}

function rateLimited(reply: Reply, budget: RequestBudget | undefined): VenueUnavailable {
  const retryAfterMs = budget?.refused(reply.retryAfterMs) ?? reply.retryAfterMs;
  return new VenueUnavailable(limitSentence(reply), retryAfterMs === undefined ? {} : { retryAfterMs });
}
