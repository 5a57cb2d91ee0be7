import { endOfDay } from '../domain/moments.js';
import { malformed } from '../domain/refusal.js';
import type { Route } from './http-server.js';
import { momentOf } from './requests.js';

/** What time it is and whether the market is open. */
export interface ClockFacts {
  nowMs(): number;
  /** Whether nothing at all may trade now. */
  isMarketHalted(): boolean;
}

const DAY_MS = 86_400_000;
const CALENDAR_DAYS_MAX = 3_660;
const CALENDAR_DAYS_STANDARD = 365;

/** The venue's clock and calendar: every day is a trading day from midnight to midnight, UTC. */
export function clockRoutes(facts: ClockFacts): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/v2\/clock$/,
      operation: 'account',
      handle: () => {
        const now = new Date(facts.nowMs()).toISOString();
        const midnight = withOffset(endOfDay(now));
        const json = {
          timestamp: withOffset(now),
          is_open: !facts.isMarketHalted(),
          next_open: midnight,
          next_close: midnight,
        };
        return { status: 200, json };
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/calendar$/,
      handle: ({ query }) => {
        const fromMs = Date.parse(momentOf(query, 'start') ?? new Date(facts.nowMs()).toISOString());
        const end = momentOf(query, 'end');
        const toMs = end === undefined ? fromMs + CALENDAR_DAYS_STANDARD * DAY_MS : Date.parse(end);
        const days = Math.trunc((toMs - fromMs) / DAY_MS) + 1;
        if (days > CALENDAR_DAYS_MAX) throw malformed(`at most ${CALENDAR_DAYS_MAX} days are shown`);
        return {
          status: 200,
          json: Array.from({ length: Math.max(0, days) }, (_, day) => dayView(fromMs + day * DAY_MS)),
        };
      },
    },
  ];
}

function dayView(atMs: number): Record<string, string> {
  const date = new Date(atMs).toISOString().slice(0, 10);
  return { date, open: '00:00', close: '24:00', session_open: '0000', session_close: '2400', settlement_date: date };
}

/** A moment with its offset written out, as Alpaca's clock has it. */
function withOffset(moment: string): string {
  return moment.replace('Z', '+00:00');
}
