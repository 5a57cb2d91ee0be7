import { newOrderId, newProfileId, newUserId } from '@ballast/contracts';
import type { AuditPage, AuditVerdict } from '@ballast/contracts/audit';
import { playParking } from '../../../libs/service-host/src/parking-fixture.js';
import { startAuditPlatform } from '../test/audit-platform.js';
import type { AuditPlatform } from '../test/audit-platform.js';
import { someEvent } from '../test/events.js';
import { RecordEvents } from './record-events.js';

describe('an order whose events two replicas of audit cannot record', () => {
  let platform: AuditPlatform;
  beforeAll(async () => {
    platform = await startAuditPlatform();
  });
  afterAll(() => platform.close());
  afterEach(() => jest.restoreAllMocks());

  it('is parked alone with what comes after it, and recorded in order by the other one', async () => {
    const replicas = [platform.service(), await platform.startReplica()] as const;
    const profileId = newProfileId(Date.now());
    const [bad, good] = [newOrderId(profileId, 1), newOrderId(profileId, 2)];
    let poisoned: string | undefined;
    for (const { app } of replicas) {
      const verb = app.get(RecordEvents, { strict: false });
      const execute = verb.execute.bind(verb);
      jest.spyOn(verb, 'execute').mockImplementation(async (chainId, events) => {
        if (events.some(({ subject }) => subject === poisoned)) throw new TypeError('a bug in this release');
        await execute(chainId, events);
      });
    }
    const operatorToken = await platform.tokenOf('operator', newUserId(0));
    await playParking(
      {
        service: 'audit',
        replicas,
        operatorToken,
        poison: (subject) => (poisoned = subject),
        send: (subject, nth) => platform.send(someEvent(nth, { partitionkey: profileId, subject })),
        effects: async (subject) => {
          const { body } = await platform.get(`/v1/admin/audit?subject=${subject}`, 'operator');
          return (body as AuditPage).items.map(({ data }) => (data as { n: number }).n);
        },
      },
      { bad, good },
    );
    const { body } = await platform.get(`/v1/admin/audit/verify?chainId=${profileId}`, 'operator');
    expect((body as AuditVerdict).chains).toEqual([{ chainId: profileId, records: 5, whole: true }]);
    await replicas[1].close();
  });
});
