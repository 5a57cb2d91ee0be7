import type { Reply } from './venue-http.js';

const DUPLICATE_KEY = 'client_order_id must be unique';

/** Whether the venue said no, for whatever reason. */
export function isRefused({ status }: Reply): boolean {
  return status >= 400;
}

/** Whether the venue already has an order of that client order id. */
export function isDuplicate(reply: Reply): boolean {
  return reply.status === 422 && wireRefusal(reply).message.includes(DUPLICATE_KEY);
}

/** Whether the venue does not know our keys, which it also says with a 403 whose message is `forbidden.`. */
export function isKeyRefused(reply: Reply): boolean {
  return reply.status === 401 || (reply.status === 403 && wireRefusal(reply).message.startsWith('forbidden'));
}

/** The venue's own code and sentence, or the HTTP status where it gives none. */
export function wireRefusal({ status, json }: Reply): { code: string; message: string } {
  const { code, message } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  return {
    code: typeof code === 'string' ? code : String(status),
    message: typeof message === 'string' ? message : `the venue answered ${status}`,
  };
}
