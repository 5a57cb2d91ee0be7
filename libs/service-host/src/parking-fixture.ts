import { setTimeout as delay } from 'node:timers/promises';
import type { ParkedAggregateList, ParkedMessageList, RedriveView } from '@ballast/contracts/parked';
import type { RunningService } from './start-service.js';

const POLL_MS = 20;
const PATIENCE_MS = 30_000;

/** A service in two replicas, one of whose aggregates meets a bug when a test says so. */
export interface ParkingScene {
  /** As the paths of the API name it. */
  readonly service: string;
  readonly replicas: readonly [RunningService, RunningService];
  readonly operatorToken: string;
  /** From now on what is about this subject meets a `TypeError` in both replicas; `undefined` mends it. */
  poison(subject: string | undefined): void;
  /** Publishes the `nth` message about a subject. */
  send(subject: string, nth: 1 | 2 | 3): Promise<void>;
  /** Which messages about a subject took effect, in the order in which they did. */
  effects(subject: string): Promise<readonly number[]> | readonly number[];
}

/**
 * Plays it through: a message that meets a bug is parked with the one behind it, whichever replica hears them, while
 * another aggregate of the same lane goes on; the second replica redrives them in order, once the bug is mended; after
 * that the aggregate goes on as ever. Fails where any of it is not so.
 */
export async function playParking(scene: ParkingScene, { bad, good }: { bad: string; good: string }): Promise<void> {
  const { replicas, service } = scene;
  const [first, second] = replicas;
  const list = async (replica: RunningService) =>
    (await ask<ParkedAggregateList>(scene, replica, `parked/${service}`)).body.items;
  const parked = async (replica: RunningService) =>
    (await ask<ParkedMessageList>(scene, replica, `parked/${service}/${bad}`)).body.items;
  const redrive = (replica: RunningService) =>
    ask<RedriveView>(scene, replica, `parked/${service}/${bad}/redrive`, 'POST');
  const takesEffect = (subject: string, ...nths: number[]) =>
    until(
      `${nths.join(', ')} of ${subject} took effect`,
      async () => (await scene.effects(subject)).length >= nths.length,
    );

  scene.poison(bad);
  await scene.send(bad, 1);
  await until('it is parked', async () => (await Promise.all(replicas.map(list))).every(({ length }) => length === 1));
  await scene.send(bad, 2);
  for (const nth of [1, 2] as const) {
    await scene.send(good, nth);
    await takesEffect(good, ...[1, 2].slice(0, nth));
  }
  await until('the next one is behind it', async () => (await parked(first)).length === 2);
  expect((await parked(second)).map(({ messageId }) => messageId)).toEqual(
    (await parked(first)).map(({ messageId }) => messageId),
  );
  for (const replica of replicas)
    expect(await list(replica)).toMatchObject([{ subject: bad, messages: 2, reason: 'TypeError' }]);
  expect([await scene.effects(bad), await scene.effects(good)]).toEqual([[], [1, 2]]);

  expect((await redrive(first)).body).toMatchObject({
    redriven: 0,
    left: 2,
    stopped: expect.stringContaining('TypeError'),
  });
  scene.poison(undefined);
  expect((await redrive(second)).body).toEqual({ redriven: 2, left: 0 });
  expect(await scene.effects(bad)).toEqual([1, 2]);
  expect([await list(first), await list(second), (await redrive(first)).status]).toEqual([[], [], 404]);
  await scene.send(bad, 3);
  await takesEffect(bad, 1, 2, 3);
  expect(await scene.effects(bad)).toEqual([1, 2, 3]);
}

async function ask<Body>(
  { operatorToken }: ParkingScene,
  { url }: RunningService,
  path: string,
  method = 'GET',
): Promise<{ status: number; body: Body }> {
  const headers = { authorization: `Bearer ${operatorToken}` };
  const response = await fetch(`${url}/v1/admin/${path}`, { method, headers });
  return { status: response.status, body: (await response.json()) as Body };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > giveUpAtMs) throw new Error(`still not so after ${PATIENCE_MS} ms: ${what}`);
    await delay(POLL_MS);
  }
}
