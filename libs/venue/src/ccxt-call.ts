import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestBudget } from './request-budget.js';
import { callVenue, retryAfterMsOf, type HttpAnswer, type Reply } from './venue-http.js';

/** One call of the port, which may become several requests of ccxt's. */
export interface CcxtCall {
  isUrgent: boolean;
  /** Requests that have left this machine or may have. */
  asked: number;
}

/** An answer that ccxt took for an error, with the answer itself; `cause` is ccxt's error. */
export class AnsweredWithError extends Error {
  constructor(
    readonly reply: Reply,
    cause: unknown,
  ) {
    super(`the venue answered ${reply.status}`, { cause });
    this.name = 'AnsweredWithError';
  }
}

/** The points of a ccxt exchange at which it lets others in, by the arguments that are used here. */
export interface CcxtHooks {
  fetchImplementation: unknown;
  throttle: (cost?: unknown) => Promise<void>;
  handleErrors(...answer: unknown[]): unknown;
  handleHttpStatusCode(...answer: unknown[]): unknown;
}

const calls = new AsyncLocalStorage<CcxtCall>();

/** Runs work whose requests are counted to a call. */
export function runCall<T>(call: CcxtCall, work: () => Promise<T>): Promise<T> {
  return calls.run(call, work);
}

/**
 * Makes the requests of an exchange ours: within the account's budget at ccxt's own weight for each, within the deadline,
 * and with the answer kept where ccxt takes it for an error.
 */
export function attach(exchange: CcxtHooks, budget: RequestBudget): void {
  exchange.throttle = (cost) => budget.take(Number(cost ?? 1), { isUrgent: calls.getStore()?.isUrgent === true });
  exchange.fetchImplementation = request;
  const { handleErrors, handleHttpStatusCode } = exchange;
  exchange.handleErrors = (...answer) => {
    const [status, reason, url, method, headers, body, json] = answer;
    try {
      const verdict: unknown = handleErrors.apply(exchange, answer);
      // What the exchange itself has no opinion on is judged by its status here, where the answer is at hand.
      if (verdict === undefined) handleHttpStatusCode.apply(exchange, [status, reason, url, method, body]);
      return verdict;
    } catch (error) {
      const retryAfter = (headers as Readonly<Record<string, string>>)['Retry-After'];
      throw new AnsweredWithError({ status: Number(status), json, retryAfterMs: retryAfterMsOf(retryAfter) }, error);
    }
  };
}

async function request(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: string },
): Promise<Omit<HttpAnswer, 'text' | 'headers'> & { headers: Headers; text(): Promise<string> }> {
  const call = calls.getStore();
  if (call) call.asked += 1;
  const answer = await callVenue(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const { status, statusText, text } = answer;
  const listed = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, `${value}`]);
  return { status, statusText, headers: new Headers(listed), text: () => Promise.resolve(text) };
}
