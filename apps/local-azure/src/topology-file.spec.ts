import { readTopology, readTopologyFile } from './topology-file.js';

describe('a topology file', () => {
  it('may leave out all of it', () => {
    expect(readTopology({})).toEqual({
      database: 'local',
      containers: [],
      queues: [],
      topics: [],
      replicaSubscriptions: [],
    });
    expect(readTopology({ topics: [{ name: 'sales' }] }).topics).toEqual([{ name: 'sales', subscriptions: [] }]);
  });

  it.each([
    [[], 'It must be an object.'],
    [{ queue: [] }, '/queue is not known.'],
    [{ queues: {} }, '/queues must be a list.'],
    [{ queues: [7] }, '/queues/0 must be an object.'],
    [{ queues: [{ requiresSession: true }] }, '/queues/0 needs a name.'],
    [{ queues: [{ name: 'jobs', requiresSession: 1 }] }, '/queues/0/requiresSession must be true or false.'],
    [{ queues: [{ name: 'jobs', lockDurationMs: '5' }] }, '/queues/0/lockDurationMs must be a whole number.'],
    [{ queues: [{ name: 'jobs', defaultTtlMs: 0.5 }] }, '/queues/0/defaultTtlMs must be a whole number or null.'],
    [{ topics: [{ name: '' }] }, '/topics/0/name must be a text.'],
    [
      { topics: [{ name: 'a', subscriptions: [{ name: 'b', toString: 1 }] }] },
      '/subscriptions/0/toString is not known.',
    ],
    [{ containers: [{ name: 'orders' }] }, '/containers/0 needs partitionKeyPaths.'],
    [{ containers: [{ name: 'o', partitionKeyPaths: '/id' }] }, '/partitionKeyPaths must be a list of texts.'],
    [
      { containers: [{ name: 'o', partitionKeyPaths: ['/id'], compositeIndexes: [[{ path: '/a', order: 'up' }]] }] },
      '/compositeIndexes must be a list of lists of { path, order }.',
    ],
  ])('%j is refused with its place', (value, message) => {
    expect(() => readTopology(value)).toThrow(message);
  });

  it('that is not there is named', () => {
    expect(() => readTopologyFile('/nowhere/t.json')).toThrow(/The topology file \/nowhere\/t\.json: ENOENT/);
  });
});
