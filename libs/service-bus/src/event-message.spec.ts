import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { UnreadableEvent } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { fromMessage, toMessage } from './event-message.js';

const FULL: EventEnvelope = {
  id: 'orders:ord_1:3',
  type: 'order.placed.v1',
  source: '/orders',
  subject: 'ord_1',
  time: '2026-01-02T03:04:05.678Z',
  partitionkey: 'prf_1',
  ownerid: 'usr_1',
  sequence: 17,
  intent: 'entry',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  correlationid: 'req_1',
  causationid: 'evt_0',
  data: { price: '10.50', lots: [1, 2] },
};
const LEAST: EventEnvelope = {
  id: 'accounts:usr_1:1',
  type: 'user.registered.v1',
  source: '/accounts',
  subject: 'usr_1',
  time: '2026-01-02T03:04:05.678Z',
  partitionkey: '_system',
  correlationid: 'req_1',
  data: {},
};

/** The message as it would arrive, changed. */
function received(event: EventEnvelope, change: Partial<ServiceBusReceivedMessage> = {}): ServiceBusReceivedMessage {
  return { ...toMessage(event), ...change } as ServiceBusReceivedMessage;
}

function without(name: string, value?: unknown): ServiceBusReceivedMessage {
  const applicationProperties = { ...toMessage(FULL).applicationProperties, [`cloudEvents_${name}`]: value };
  return received(FULL, { applicationProperties: applicationProperties as Record<string, string> });
}

describe('an event as a message', () => {
  it('has its attributes as application properties and its data as JSON', () => {
    expect(toMessage(FULL)).toEqual({
      messageId: 'orders:ord_1:3',
      contentType: 'application/json',
      body: { price: '10.50', lots: [1, 2] },
      applicationProperties: {
        cloudEvents_specversion: '1.0',
        cloudEvents_id: 'orders:ord_1:3',
        cloudEvents_type: 'order.placed.v1',
        cloudEvents_source: '/orders',
        cloudEvents_subject: 'ord_1',
        cloudEvents_time: '2026-01-02T03:04:05.678Z',
        cloudEvents_partitionkey: 'prf_1',
        cloudEvents_ownerid: 'usr_1',
        cloudEvents_sequence: 17,
        cloudEvents_intent: 'entry',
        cloudEvents_traceparent: FULL.traceparent,
        cloudEvents_correlationid: 'req_1',
        cloudEvents_causationid: 'evt_0',
      },
    });
  });

  it.each([
    ['everything', FULL],
    ['the least', LEAST],
  ])('comes back the same with %s', (_, event) => {
    expect(fromMessage(received(event))).toStrictEqual(event);
  });

  it('leaves out what is undefined', () => {
    const properties = toMessage({ ...LEAST, ownerid: undefined }).applicationProperties;
    expect(Object.keys(properties ?? {})).not.toContain('cloudEvents_ownerid');
  });

  it.each(['traceparent', 'Diagnostic-Id'])('takes the trace of a sender that only writes %s', (name) => {
    const message = received(LEAST);
    const applicationProperties = { ...message.applicationProperties, [name]: '00-aa-bb-01' };
    expect(fromMessage({ ...message, applicationProperties }).traceparent).toBe('00-aa-bb-01');
  });

  it.each(['id', 'type', 'source', 'subject', 'time', 'partitionkey', 'correlationid', 'specversion'])(
    'is unreadable without %s, and says so',
    (name) => {
      expect(() => fromMessage(without(name))).toThrow(UnreadableEvent);
      expect(() => fromMessage(without(name))).toThrow(name);
    },
  );

  it.each([
    ['time', 'yesterday'],
    ['sequence', '17'],
    ['sequence', 0],
    ['sequence', 1.5],
    ['ownerid', 7],
    ['specversion', '0.3'],
  ])('is unreadable with %s %p, and says which without the value', (name, value) => {
    const reading = (): unknown => fromMessage(without(name, value));
    expect(reading).toThrow(UnreadableEvent);
    expect(reading).toThrow(name);
    expect(reading).not.toThrow(String(value) === '0.3' ? '0.3' : `${value} `);
  });

  it.each([
    ['no properties', { applicationProperties: undefined }],
    ['another content type', { contentType: 'text/plain' }],
    ['no content type', { contentType: undefined }],
    ['bytes that are not JSON', { body: Buffer.from('{') }],
  ])('is unreadable with %s', (_, change) => {
    expect(() => fromMessage(received(FULL, change))).toThrow(UnreadableEvent);
  });
});
