import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, event, until } from './bus-fixture.js';
import { EventSender } from './event-sender.js';
import type { BrokerSettlement } from './settlement.js';
import { Subscription } from './subscription.js';

const COUNT = 6;

describe('messages of one subscription that are settled at once', () => {
  let bus: BusFixture;
  let client: ServiceBusClient;
  let subscription: Subscription;
  let taken: ServiceBusReceivedMessage[];

  beforeEach(async () => {
    bus = await BusFixture.start(startLocalAzure);
    client = await bus.connect();
    taken = [];
    const options = { topic: 'orders', subscription: 'ledger', concurrency: 2 * COUNT, log: bus.log };
    subscription = new Subscription(client, {
      ...options,
      take: async (message) => {
        taken.push(message);
        await new Promise<never>(() => undefined);
      },
    });
    subscription.start();
    const sender = bus.closeAtEnd(new EventSender(client, 'orders'));
    await sender.send(Array.from({ length: COUNT }, (_, index) => event('prf_1', index + 1)));
    await until('all messages', () => taken.length === COUNT);
  });
  afterEach(async () => {
    await subscription.stop();
    await subscription.close();
    await bus.close();
  });

  const settleAll = (settlement: (index: number) => BrokerSettlement): Promise<boolean[]> =>
    Promise.all(taken.slice(0, COUNT).map((message, index) => subscription.settle(message, settlement(index))));

  it.each([0, 1])(
    'are each settled as they were told, given back or completed in turn from the %pth on',
    async (first) => {
      const isGivenBack = (index: number): boolean => index % 2 === first;
      await settleAll((index) => ({ kind: isGivenBack(index) ? 'abandon' : 'complete' }));
      const givenBack = taken.slice(0, COUNT).filter((_, index) => isGivenBack(index));
      await until('what was given back', () => taken.length === COUNT + givenBack.length);
      const ids = (messages: ServiceBusReceivedMessage[]): string[] =>
        messages.map(({ messageId }) => `${messageId}`).sort();
      expect(ids(taken.slice(COUNT))).toEqual(ids(givenBack));
      expect((await bus.left('ledger')).sort()).toEqual(ids(givenBack));
    },
  );

  it('are dead-lettered each with its own reason', async () => {
    await settleAll((index) => ({ kind: 'dead-letter', reason: `reason ${index}`, description: 'd' }));
    const letters = await bus.deadLetters('ledger', COUNT);
    expect(letters.map(({ deadLetterReason }) => deadLetterReason).sort()).toEqual(
      Array.from({ length: COUNT }, (_, index) => `reason ${index}`),
    );
  });
});
