import type { AmqpAnnotatedMessage } from '@azure/core-amqp';
import { COMPOUND_VALUES, encodedList, encodedMap, section, SIMPLE_VALUES } from './amqp-values-fixture.js';
import { readSections, SECTION } from './message-sections.js';
import { RawClient } from './raw-client-fixture.js';
import { receiveEncoded, sendEncoded } from './raw-links-fixture.js';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

const PLAIN_FORMAT = 0;
const ALL_VALUES = { ...SIMPLE_VALUES, ...COMPOUND_VALUES };
const QUEUE = 'jobs';
const bytesOf = (hex: string) => Buffer.from(hex, 'hex');
const text = (value: string) => Buffer.concat([Buffer.from([0xa1, value.length]), Buffer.from(value)]);
const moment = (ms: number) => {
  const bytes = Buffer.from([0x83, ...Buffer.alloc(8)]);
  bytes.writeBigInt64BE(BigInt(ms), 1);
  return bytes;
};

/** Every field of the properties, in their order. */
const PROPERTY_FIELDS = [
  text('message'),
  bytesOf('a003757365'),
  text('to'),
  text('subject'),
  text('reply-to'),
  bytesOf('980f0e0d0c0b0a09080706050403020100'),
  bytesOf('a30474657874'),
  bytesOf('a304677a6970'),
  moment(Date.now() + 3_600_000),
  moment(Date.now()),
  text('group'),
  bytesOf('5207'),
  text('reply-group'),
];
const PROPERTIES = section(SECTION.properties, encodedList(PROPERTY_FIELDS));
const APPLICATION_PROPERTIES = section(SECTION.applicationProperties, encodedMap(SIMPLE_VALUES));
const FOOTER = section(SECTION.footer, encodedMap(ALL_VALUES, 0xa3));
const DATA = bytesOf('a003010203');
const BODIES: readonly (readonly [string, Buffer])[] = [
  ['one data section', section(SECTION.data, DATA)],
  ['several data sections', Buffer.concat([section(SECTION.data, DATA), section(SECTION.data, DATA)])],
  [
    'several sequences',
    Buffer.concat(
      [COMPOUND_VALUES['list8']!, COMPOUND_VALUES['list32']!].map((list) => section(SECTION.sequence, list)),
    ),
  ],
  ...Object.entries(ALL_VALUES).map(([type, value]) => [`a value: ${type}`, section(SECTION.value, value)] as const),
];

describe('an annotated message', () => {
  let bus: ServiceBusFixture;
  let raw: RawClient;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start([], { queues: [{ name: QUEUE }] });
    raw = await RawClient.connect(bus.port);
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${QUEUE}`, bus.key);
  });

  afterAll(async () => {
    await raw.close();
    await bus.dispose();
  });

  async function passed(...parts: Buffer[]): Promise<Buffer> {
    expect(await sendEncoded(raw, QUEUE, Buffer.concat(parts), PLAIN_FORMAT)).toBeUndefined();
    return receiveEncoded(raw, QUEUE);
  }

  it.each(BODIES)(
    'leaves with properties, application properties and footer byte for byte as it came: %s',
    async (_, body) => {
      const bare = Buffer.concat([PROPERTIES, APPLICATION_PROPERTIES, body, FOOTER]);
      const came = await passed(bare);
      expect(came.subarray(came.length - bare.length).toString('hex')).toBe(bare.toString('hex'));
    },
  );

  it('keeps the annotations of the sender, of every type', async () => {
    const annotations = Object.fromEntries(Object.entries(ALL_VALUES).map(([type, value]) => [`x-${type}`, value]));
    const came = await passed(
      section(SECTION.messageAnnotations, encodedMap(annotations, 0xa3)),
      PROPERTIES,
      BODIES[0]![1],
    );
    for (const [key, value] of Object.entries(annotations)) {
      const entry = Buffer.concat([Buffer.from([0xa3, key.length]), Buffer.from(key), value]);
      expect([key, came.includes(entry)]).toEqual([key, true]);
    }
  });

  it('keeps what the header says, counts deliveries itself, and ends annotations of one delivery', async () => {
    const header = section(SECTION.header, encodedList(['41', '5007', '700001d4c0', '41', '5209'].map(bytesOf)));
    const hop = section(SECTION.deliveryAnnotations, encodedMap({ 'x-hop': SIMPLE_VALUES['true']! }, 0xa3));
    const { heads } = readSections(await passed(header, hop, PROPERTIES, BODIES[0]![1]));
    const fields = (heads.get(SECTION.header)!.value.value as { value: unknown }[]).map(({ value }) => value);
    expect(fields).toEqual([true, 7, 120_000, null, 0]);
    expect(heads.has(SECTION.deliveryAnnotations)).toBe(false);
  });

  it('gets an id when it has none, and keeps the types of its other properties', async () => {
    const nothing = Buffer.from([0x40]);
    const others = PROPERTY_FIELDS.slice(1);
    const came = await passed(section(SECTION.properties, encodedList([nothing, ...others])), BODIES[0]![1]);
    expect(came.includes(Buffer.concat(others))).toBe(true);
    const [id] = readSections(came).heads.get(SECTION.properties)!.value.value as { value: unknown }[];
    expect(id!.value).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the types of the application properties that a receiver does not change', async () => {
    const body = BODIES[0]![1];
    expect(
      await sendEncoded(raw, QUEUE, Buffer.concat([PROPERTIES, APPLICATION_PROPERTIES, body, FOOTER]), PLAIN_FORMAT),
    ).toBeUndefined();
    const receiver = bus.client.createReceiver(QUEUE, { maxAutoLockRenewalDurationInMs: 0 });
    await receiver.abandonMessage(await receiveOne(receiver), { uint: 'changed', more: 1 });
    await receiver.close();
    const came = await receiveEncoded(raw, QUEUE);
    const { heads, bodyStart } = readSections(came);
    const { start, end } = heads.get(SECTION.applicationProperties)!;
    const properties = came.subarray(start, end);
    for (const [key, value] of Object.entries(SIMPLE_VALUES)) {
      const entry = Buffer.concat([text(key), value]);
      expect([key, properties.includes(entry)]).toEqual([key, key !== 'uint']);
    }
    expect(properties.includes(Buffer.concat([text('uint'), text('changed')]))).toBe(true);
    expect(came.subarray(bodyStart).equals(Buffer.concat([body, FOOTER]))).toBe(true);
  });

  it.each(['data', 'value', 'sequence'] as const)('of the SDK comes back as it was sent (%s)', async (bodyType) => {
    const sent: AmqpAnnotatedMessage = {
      bodyType,
      body: bodyType === 'sequence' ? [1, 'two', null] : { one: 1, two: [true] },
      header: { durable: true, priority: 5, timeToLive: 600_000 },
      messageAnnotations: { 'x-mine': 'annotated' },
      applicationProperties: { text: 'a', whole: 1, yes: true, none: null },
      properties: {
        messageId: 'm',
        to: 'to',
        subject: 'subject',
        replyTo: 'reply',
        correlationId: 'c',
        contentType: 'text',
        contentEncoding: 'gzip',
        groupId: 'g',
        groupSequence: 7,
        replyToGroupId: 'r',
      },
      footer: { 'x-foot': 'note' },
    } as AmqpAnnotatedMessage;
    const sender = bus.client.createSender(QUEUE);
    await sender.sendMessages(sent);
    await sender.close();
    const receiver = bus.client.createReceiver(QUEUE, { receiveMode: 'receiveAndDelete' });
    const { body, _rawAmqpMessage: came } = await receiveOne(receiver);
    await receiver.close();
    expect({ ...came, body: body as unknown }).toMatchObject({ ...sent, header: { ...sent.header, deliveryCount: 0 } });
  });
});
