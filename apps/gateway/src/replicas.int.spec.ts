import { newProfileId, newUserId } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { eventually } from '../test/eventually.js';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';
import { killable } from '../test/kill-replica.js';
import { ResumingReader } from '../test/resuming-reader.js';
import { StreamOwners } from '../test/stream-owners.js';

const CLIENTS = 200;
/** Events of each client's profile and topic, before and after the kill. */
const EVENTS_EACH = 1;

describe('two replicas', () => {
  let platform: GatewayPlatform;
  beforeAll(async () => {
    platform = await startGatewayPlatform();
  });
  afterAll(() => platform.close());

  it(`of which one is killed: ${CLIENTS} clients hear each of their events once, in order, and nobody else’s`, async () => {
    const replica = await platform.startReplica();
    const kill = killable(replica);
    const owners = new StreamOwners(platform.owners);
    const urls = [platform.service.url, replica.url];
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, index) => {
        const [userId, profileId] = [newUserId(index), newProfileId(index)];
        owners.open(profileId, userId);
        const ordered = index % 2 === 0 ? urls : [...urls].reverse();
        const reader = new ResumingReader(ordered, await platform.token({ userId }), profileId);
        await reader.start();
        return { reader, profileId };
      }),
    );
    const commitAll = (): EventEnvelope[] =>
      Array.from({ length: EVENTS_EACH }, () =>
        clients.flatMap(({ profileId }) => [owners.commit(profileId, 'orders'), owners.commit(profileId, 'ledger')]),
      ).flat();
    const heardBy = (count: number): Promise<unknown> =>
      eventually(
        async () => clients.filter(({ reader }) => reader.heard.length < count).length,
        (behind) => behind === 0,
        30_000,
      );
    await platform.send(...commitAll());
    await heardBy(1);
    await kill();
    await platform.send(...commitAll());
    await heardBy(EVENTS_EACH * 4);
    for (const { reader } of clients) reader.stop();
    const expected = Array.from({ length: EVENTS_EACH * 2 }, (_, index) => index + 1);
    for (const { reader } of clients) {
      for (const topic of ['orders', 'ledger']) {
        const heard = reader.heard.filter((one) => one.startsWith(topic));
        expect(heard).toEqual(expected.map((sequence) => `${topic}:${sequence}`));
      }
      expect(reader.strange).toEqual([]);
    }
    expect(clients.filter(({ reader }) => reader.connections === 2)).toHaveLength(CLIENTS / 2);
  });
});
