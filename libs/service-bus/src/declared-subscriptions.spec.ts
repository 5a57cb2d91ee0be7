import { readFileSync } from 'node:fs';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { EVENTS, hearersOf, topology } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { compileSqlFilter } from '../../../apps/local-azure/src/service-bus/sql-filter.js';
import { fromMessage, toMessage } from './event-message.js';

/** Who acts on which event, whatever its intent; audit hears all of them, as does every replica of the gateway. */
const ACTS_ON: Readonly<Record<string, readonly string[]>> = {
  'profile.created.v1': ['ledger', 'orders'],
  'profile.configured.v1': ['orders'],
  'order.executed.v1': ['ledger'],
  'order.ended.v1': ['ledger'],
  'order.cancel-requested.v1': ['orders'],
  'order.replace-requested.v1': ['ledger', 'orders'],
  'order.replaced.v1': ['ledger'],
  'order.replace-rejected.v1': ['ledger'],
  'order.exits-due.v1': ['orders'],
  'order.exits-oversized.v1': ['orders'],
  'order.triggered.v1': ['orders'],
  'trade.closed.v1': ['orders'],
  'controls.changed.v1': ['orders'],
  'capital.held.v1': ['orders'],
  'capital.shortfall-opened.v1': ['orders'],
  'capital.shortfall-cleared.v1': ['orders'],
  'capital.declined.v1': ['orders'],
  'capital.transfer-reserved.v1': ['ledger'],
  'capital.transfer-received.v1': ['ledger'],
  'capital.transfer-refused.v1': ['ledger'],
};
const PLACED = 'order.placed.v1';

/** The application properties with which an event travels, and nothing that a filter could not see. */
function hearersAtTheBroker(event: EventDeclaration, intent?: string): string[] {
  const envelope: EventEnvelope = {
    id: `${event.topic}:x:1`,
    type: event.type,
    source: `/${event.topic}`,
    subject: 'x',
    time: '2026-11-20T14:30:00.000Z',
    partitionkey: '_system',
    correlationid: 'req_x',
    ...(intent === undefined ? {} : { intent }),
    data: {},
  };
  const { applicationProperties = {} } = toMessage(envelope);
  const topic = topology.topics.find(({ name }) => name === event.topic);
  return (topic?.subscriptions ?? [])
    .filter(
      ({ sqlFilter }) =>
        sqlFilter === undefined ||
        compileSqlFilter(sqlFilter)({ property: (name) => applicationProperties[name], system: () => undefined }),
    )
    .map(({ name }) => name)
    .concat(topology.replicaSubscriptions.filter(({ topics }) => topics.includes(event.topic)).map(({ name }) => name))
    .sort();
}

const withReaders = (actors: readonly string[]): string[] => [...actors, 'audit', 'gateway'].sort();

describe('a declared event on the wire', () => {
  it.each(EVENTS.map(({ type }) => type))('%s arrives as it was sent', (type) => {
    const sample = JSON.parse(readFileSync(`libs/contracts/samples/${type}.json`, 'utf8')) as EventEnvelope;
    const message = toMessage(sample);
    expect(fromMessage({ ...message, body: message.body as unknown } as ServiceBusReceivedMessage)).toEqual(sample);
  });
});

describe('at the broker', () => {
  it.each(EVENTS.filter(({ type }) => type !== PLACED).map((event) => [event.type, event] as const))(
    '%s reaches those who act on it, whatever its intent, and the readers',
    (type, event) => {
      for (const intent of [undefined, 'entry', 'exit'])
        expect(hearersAtTheBroker(event, intent)).toEqual(withReaders(ACTS_ON[type] ?? []));
    },
  );

  it('a placed entry reaches the ledger, a placed exit comes back to orders', () => {
    const placed = EVENTS.find(({ type }) => type === PLACED) as EventDeclaration;
    expect(hearersAtTheBroker(placed, 'entry')).toEqual(withReaders(['ledger']));
    expect(hearersAtTheBroker(placed, 'exit')).toEqual(withReaders(['orders']));
    expect(hearersAtTheBroker(placed)).toEqual(withReaders([]));
  });

  it.each(EVENTS.map((event) => [event.type, event] as const))('%s is heard by whom the docs name', (_type, event) => {
    const reached = [undefined, 'entry', 'exit'].flatMap((intent) => hearersAtTheBroker(event, intent));
    expect(hearersOf(event)).toEqual([...new Set(reached)].sort());
  });
});
