import type { Exchange } from '../exchange.js';
import type { RunReplay } from '../run-replay.js';
import { tradeScriptedTick } from '../trade-tick.js';
import type { Route } from './http-server.js';
import { readScriptedTicks } from './requests.js';

/** The door for tests: scripted prices in place of the replay. */
export function controlRoutes(exchange: Exchange, replay: RunReplay): Route[] {
  return [
    {
      method: 'POST',
      path: /^\/control\/ticks$/,
      handle: ({ body }) => {
        const ticks = readScriptedTicks(body);
        ticks.forEach((tick) => tradeScriptedTick(exchange, tick));
        return { status: 200, json: { ticks: ticks.length } };
      },
    },
    {
      method: 'POST',
      path: /^\/control\/resume$/,
      handle: () => {
        replay.resume();
        return { status: 204 };
      },
    },
  ];
}
