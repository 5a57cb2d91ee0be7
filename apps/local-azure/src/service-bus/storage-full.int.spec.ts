import Long from 'long';
import { GroupCommit } from '../storage/group-commit.js';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

const QUEUES = [{ name: 'jobs', duplicateDetectionMs: 600_000 }, { name: 'others' }];
const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };
const BUSY = { code: 'ServiceBusy', retryable: true };
const BODY = 'x'.repeat(20_000);
/** More than fit into the room that a new file has left. */
const SENT_MAX = 1_000;

describe('a full disk', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start([], { queues: QUEUES });
    await bus.send('jobs', ...Array.from({ length: 5 }, (_, index) => ({ body: BODY, messageId: `first-${index}` })));
  });

  afterEach(() => bus.dispose());

  /** A client that tries once. */
  const once = () => bus.connect(bus.key, bus.port, { maxRetries: 0 });
  const fill = () => bus.faults.order({ kind: 'storage-full' });
  const ids = async (queue = 'jobs') =>
    (await bus.client.createReceiver(queue).peekMessages(200, { fromSequenceNumber: Long.ZERO })).map(
      ({ messageId }) => messageId,
    );

  /** Sends until the server refuses, and gives the ids of what it took and of what it refused. */
  async function sendUntilFull(): Promise<{ taken: string[]; refused: string }> {
    const sender = once().createSender('jobs');
    const taken: string[] = [];
    for (let count = 0; count < SENT_MAX; count += 1) {
      const messageId = `more-${count}`;
      try {
        await sender.sendMessages({ body: BODY, messageId });
      } catch (error) {
        expect(error).toMatchObject(BUSY);
        return { taken, refused: messageId };
      }
      taken.push(messageId);
    }
    throw new Error('The disk is never full.');
  }

  it('refuses what finds no room as busy, keeps what was accepted, and takes the refused when there is room again', async () => {
    const before = await ids();
    await fill();
    const { taken, refused } = await sendUntilFull();
    expect(await ids()).toEqual([...before, ...taken]);
    bus.faults.clear();
    await bus.send('jobs', { body: BODY, messageId: refused });
    await bus.restart();
    expect(await ids()).toEqual([...before, ...taken, refused]);
  });

  it('takes nothing of a batch that finds no room for all of it', async () => {
    await fill();
    await sendUntilFull();
    const before = await ids();
    const batch = Array.from({ length: 8 }, (_, index) => ({
      body: index === 7 ? BODY : 'small',
      messageId: `batch-${index}`,
    }));
    await expect(once().createSender('jobs').sendMessages(batch)).rejects.toMatchObject(BUSY);
    expect(await ids()).toEqual(before);
    bus.faults.clear();
    await bus.client.createSender('jobs').sendMessages(batch);
    expect((await ids()).slice(before.length)).toEqual(batch.map(({ messageId }) => messageId));
  });

  it('lets messages be received and completed, which makes room', async () => {
    await fill();
    const { refused } = await sendUntilFull();
    const receiver = bus.client.createReceiver('jobs', UNRENEWED);
    for (let count = 0; count < 3; count += 1) await receiver.completeMessage(await receiveOne(receiver));
    await bus.send('jobs', { body: BODY, messageId: refused });
    expect((await ids()).at(-1)).toBe(refused);
  });

  it('refuses schedules and new entities too', async () => {
    await fill();
    await sendUntilFull();
    const later = new Date(Date.now() + 3_600_000);
    await expect(once().createSender('jobs').scheduleMessages({ body: BODY }, later)).rejects.toMatchObject(BUSY);
    const wide = { userMetadata: 'y'.repeat(1_000) };
    await expect(
      untilRefused((index) => bus.administration().createQueue(`queue-${index}`, wide)),
    ).resolves.toMatchObject({ statusCode: 503 });
  });

  it('gives a message again whose settlement found no room', async () => {
    await fill();
    const receiver = once().createReceiver('jobs', UNRENEWED);
    const message = await receiveOne(receiver);
    await sendUntilFull();
    await expect(receiver.abandonMessage(message, { note: 'z'.repeat(30_000) })).rejects.toMatchObject({
      code: 'ServiceBusy',
    });
    expect(await receiveOne(receiver)).toMatchObject({ messageId: message.messageId, deliveryCount: 0 });
  });

  it('hands a message out to who waits for it as soon as its removal can be written', async () => {
    const heard: unknown[] = [];
    const receiver = bus.client.createReceiver('others', { receiveMode: 'receiveAndDelete' });
    receiver.subscribe(
      { processMessage: async ({ body }) => void heard.push(body), processError: async () => undefined },
      { maxConcurrentCalls: 2 },
    );
    await bus.send('others', { body: 1 });
    await until(() => heard.length === 1);
    await bus.faults.order({ kind: 'pause', target: 'others' });
    await bus.send('others', { body: 2 });
    const failing = jest.spyOn(GroupCommit.prototype, 'submit').mockRejectedValueOnce(new Error('no space'));
    bus.faults.clear();
    expect(failing).toHaveBeenCalledTimes(1);
    await until(() => heard.length === 2);
    failing.mockRestore();
  });
});

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Does something until it is refused, and gives the refusal. */
async function untilRefused(act: (index: number) => Promise<unknown>): Promise<unknown> {
  for (let index = 0; index < SENT_MAX; index += 1) {
    try {
      await act(index);
    } catch (error) {
      return error;
    }
  }
  throw new Error('Nothing was refused.');
}
