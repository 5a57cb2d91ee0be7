import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, event, until } from './bus-fixture.js';
import { administerServiceBus, connectServiceBus } from './connect-service-bus.js';
import { EventListener } from './event-listener.js';
import { EventSender } from './event-sender.js';
import { ReplicaSubscription } from './replica-subscription.js';

const DECLARED = { name: 'replicas', topics: ['orders'], autoDeleteOnIdleSeconds: 300 };

let bus: BusFixture;
beforeAll(async () => {
  bus = await BusFixture.start(startLocalAzure);
});
afterAll(() => bus.close());

interface Replica {
  readonly heard: string[];
  readonly own: ReplicaSubscription;
  readonly listener: EventListener;
  /** How often it has made its subscription. */
  made: number;
}

/** A replica with no right but its own, and the ids of the events that it has heard. */
async function replica(): Promise<Replica> {
  const connection = { connectionString: bus.replicaConnectionString };
  const own = new ReplicaSubscription(await administerServiceBus(connection), DECLARED);
  const client = bus.closeAtEnd(await connectServiceBus(connection));
  const made: { heard: string[]; made: number } = { heard: [], made: 0 };
  const listener = bus.closeAtEnd(
    new EventListener(client, {
      topic: 'orders',
      subscription: own.name,
      ensure: async () => {
        await own.ensure('orders');
        made.made += 1;
      },
      events: [],
      handle: async (events) => void made.heard.push(...events.map(({ id }) => id)),
      log: bus.log,
    }),
  );
  await listener.start();
  await until('the replica listens', () => listener.health().connected);
  return Object.assign(made, { own, listener });
}

const send = async (number: number): Promise<string> => {
  const one = event('replicas', number);
  await new EventSender(await bus.connect(), 'orders').send([one]);
  return one.id;
};

describe('a subscription of a replica’s own', () => {
  it('hears every event, whoever else does, and is made again when the broker deleted it', async () => {
    const [first, second] = [await replica(), await replica()];
    expect(first.own.name).toMatch(/^replicas-[0-9a-f]{16}$/);
    const id = await send(1);
    await until('both have heard it', () => first.heard.includes(id) && second.heard.includes(id));
    const administration = await administerServiceBus({ connectionString: bus.connectionString });
    const made = await administration.getSubscription('orders', first.own.name);
    expect(made).toMatchObject({
      autoDeleteOnIdle: 'PT300S',
      defaultMessageTimeToLive: 'PT300S',
      lockDuration: 'PT5S',
    });
    await administration.deleteSubscription('orders', first.own.name);
    await until('the replica has made it again', () => first.made > 1);
    const next = await send(2);
    await until('it hears again', () => first.heard.includes(next));
    expect(second.heard).toEqual([id, next]);
  });

  it('is gone when its replica says so, and no replica may touch anything else', async () => {
    const { own, listener } = await replica();
    await listener.close();
    await own.remove();
    const administration = await administerServiceBus({ connectionString: bus.connectionString });
    await expect(administration.getSubscription('orders', own.name)).rejects.toMatchObject({ statusCode: 404 });
    const asReplica = await administerServiceBus({ connectionString: bus.replicaConnectionString });
    await expect(asReplica.createSubscription('ledger', 'mine')).rejects.toMatchObject({ statusCode: 401 });
    await expect(asReplica.deleteTopic('orders')).rejects.toMatchObject({ statusCode: 401 });
  });
});
