import { topology } from '@ballast/contracts';
import { Clock, storeToken } from '@ballast/service-host';
import { AUDIT_EVENTS } from '../../../audit/src/adapters/audit-chains.js';
import { GATHER_MS } from '../../../audit/src/adapters/audit-listeners.js';
import { RECORDS_MAX } from '../../../audit/src/domain/commit-parts.js';
import { RecordEvents } from '../../../audit/src/record-events.js';
import type { Replica } from './replica.js';
import { Wiring } from './wiring.js';

/** Starts one replica of audit: it hears everything and records it. */
export async function startAudit(replica: Replica): Promise<object> {
  const wiring = new Wiring([
    [Clock, new Clock()],
    [storeToken(AUDIT_EVENTS), replica.container(AUDIT_EVENTS)],
  ]);
  const record = wiring.get(RecordEvents);
  await replica.listen(
    topology.topics.map(({ name }) => name),
    {
      gather: { ms: GATHER_MS, max: RECORDS_MAX },
      events: [],
      handle: async (events) => {
        const [first] = events;
        if (first !== undefined) await record.execute(first.partitionkey, events);
      },
    },
  );
  return wiring;
}
