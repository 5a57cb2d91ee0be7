import type { Container } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('provisioned throughput that is enforced, through the real SDK, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  let nowMs: number;
  const text = 'x'.repeat(1_000_000);
  const item = (id: string) => ({ id, pk: 'p', text });
  const made = async (databaseId: string, id: string, throughput?: number): Promise<Container> => {
    const database = fixture.client.database(databaseId);
    const options = throughput === undefined ? {} : { throughput };
    return (await database.containers.create({ id, partitionKey: '/pk', ...options })).container;
  };
  const throttled = { code: 429, substatus: 3200 };
  /** A read that the client does not repeat. */
  const readOnce = async ({ id, database }: Container): Promise<unknown> => {
    const client = fixture.connectWith({ connectionPolicy: { retryOptions: { maxRetryAttemptCount: 0 } } });
    try {
      return (await client.database(database.id).container(id).item('a', 'p').read()).statusCode;
    } finally {
      client.dispose();
    }
  };

  beforeEach(async () => {
    nowMs = Date.now();
    fixture = await CosmosFixture.start({ ranges, enforceThroughput: true, nowMs: () => nowMs });
  });
  afterEach(() => fixture.close());

  it('refuses what goes beyond it with 429 and the time after which it is admitted', async () => {
    const container = await made('ballast', 'own', 500);
    const { requestCharge } = await container.items.create(item('a'));
    const refused: unknown = await readOnce(container).catch((error: unknown) => error);
    expect(refused).toMatchObject({ ...throttled, body: { code: 'TooManyRequests' } });
    const { retryAfterInMs } = refused as { retryAfterInMs: number };
    expect(retryAfterInMs).toBe(Math.ceil(((1 + requestCharge - 500) / 500) * 1_000));
    nowMs += retryAfterInMs - 10;
    await expect(readOnce(container)).rejects.toMatchObject(throttled);
    nowMs += 10;
    expect(await readOnce(container)).toBe(200);
  });

  it('is each container’s own, and follows its offer', async () => {
    const container = await made('ballast', 'own', 400);
    const other = await made('ballast', 'other', 400);
    await container.items.create(item('a'));
    expect(await readOnce(other)).toBe(404);
    await expect(readOnce(container)).rejects.toMatchObject(throttled);
    const { offer, resource } = await container.readOffer();
    await offer!.replace({ ...resource!, content: { ...resource!.content!, offerThroughput: 1_000 } } as never);
    nowMs += 400;
    expect(await readOnce(container)).toBe(200);
  });

  it('is the database’s where containers share it', async () => {
    await fixture.client.databases.create({ id: 'shared', throughput: 400 });
    const [one, two] = [await made('shared', 'one'), await made('shared', 'two')];
    await one.items.create(item('a'));
    await expect(readOnce(two)).rejects.toMatchObject(throttled);
  });
});
