import type { Delivery, EventContext } from 'rhea';
import { AmqpServer, type LinkRoutes } from './amqp-server.js';
import { RawClient } from './raw-client-fixture.js';
import { acceptedOutcome, rejectedOutcome, settleOutgoing } from './rhea-internals.js';

const COUNT = 4;
const CONDITIONS = [undefined, 'amqp:not-allowed', 'amqp:internal-error', undefined];
const refused = (condition: string) => ({ condition, description: 'for a test' });

/** Answers all deliveries of a link in one turn, once every one of them is there. */
const atOnce = (answer: (delivery: Delivery, condition: string | undefined) => void) => {
  const deliveries: Delivery[] = [];
  return ({ delivery }: EventContext): void => {
    deliveries.push(delivery!);
    if (deliveries.length < COUNT) return;
    setImmediate(() => deliveries.forEach((each, index) => answer(each, CONDITIONS[index])));
  };
};

const ROUTES: LinkRoutes = {
  incoming: (receiver) => {
    receiver.add_credit(COUNT);
    const answer = (delivery: Delivery, condition: string | undefined) =>
      condition === undefined ? delivery.accept() : delivery.reject(refused(condition));
    receiver.on('message', atOnce(answer));
  },
  outgoing: (sender) => {
    sender.once('sendable', () => {
      for (let body = 0; body < COUNT; body += 1) sender.send({ body });
    });
    const answer = (delivery: Delivery, condition: string | undefined) =>
      settleOutgoing(delivery, condition === undefined ? acceptedOutcome() : rejectedOutcome(refused(condition)));
    sender.on('accepted', atOnce(answer));
  },
};

describe('outcomes that are written in one turn', () => {
  let server: AmqpServer;
  let client: RawClient;

  beforeEach(async () => {
    server = await AmqpServer.listen({ host: '127.0.0.1', port: 0 }, ROUTES, (socket) => socket.destroy());
    client = await RawClient.connect(server.port);
  });

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('are told apart to a sender', async () => {
    expect(await client.sendAtOnce('any', COUNT)).toEqual(CONDITIONS);
  });

  it('are told apart to a receiver that settles', async () => {
    expect(await client.acceptAll('any', COUNT)).toEqual(CONDITIONS);
  });
});
