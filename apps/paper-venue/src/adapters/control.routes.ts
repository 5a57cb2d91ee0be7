import type { Faults } from '../domain/faults.js';
import type { Exchange } from '../exchange.js';
import type { RunReplay } from '../run-replay.js';
import { resumeTrading, tradeScriptedTick } from '../trade-tick.js';
import { readFaults } from './fault-requests.js';
import type { Route } from './http-server.js';
import { readScriptedTicks } from './requests.js';

/** What the door for tests opens to. */
export interface Controls {
  exchange: Exchange;
  replay: RunReplay;
  faults: Faults;
  /** Cuts every connection to the stream of trade updates. */
  dropStream(): void;
}

/** The door for tests: scripted prices in place of the replay, and faults on demand. */
export function controlRoutes({ exchange, replay, faults, dropStream }: Controls): Route[] {
  const removed = (id?: number): { status: number } => {
    faults.remove(id);
    resumeTrading(exchange);
    return { status: 204 };
  };
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
    {
      method: 'POST',
      path: /^\/control\/faults$/,
      handle: ({ body }) => {
        const added = readFaults(body).flatMap(({ fault, count, dropsStream }) => {
          const isOver = dropsStream && count === 0;
          const listed = isOver ? [] : [faults.add(fault, count)];
          if (dropsStream) dropStream();
          return listed;
        });
        return { status: 200, json: { faults: added } };
      },
    },
    { method: 'GET', path: /^\/control\/faults$/, handle: () => ({ status: 200, json: { faults: faults.list() } }) },
    { method: 'DELETE', path: /^\/control\/faults$/, handle: () => removed() },
    { method: 'DELETE', path: /^\/control\/faults\/(\d{1,9})$/, handle: ({ path: [id = ''] }) => removed(Number(id)) },
  ];
}
