import type { AuditRecord } from './chain.js';

/**
 * The records in the order in which they happened: by time, except that nothing comes before what caused it, nor before
 * what went before it in its own topic, whatever the clocks of services and replicas say.
 */
export function asItHappened(records: readonly AuditRecord[]): AuditRecord[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const inTopic = previousInTopic(records);
  const seen = new Set<AuditRecord>();
  const story: AuditRecord[] = [];
  const tell = (record: AuditRecord | undefined): void => {
    if (record === undefined || seen.has(record)) return;
    seen.add(record);
    tell(inTopic.get(record));
    tell(record.causationid === undefined ? undefined : byId.get(record.causationid));
    story.push(record);
  };
  for (const record of [...records].sort((left, right) => Date.parse(left.time) - Date.parse(right.time))) tell(record);
  return story;
}

/** For each record the one before it in its topic, by the sequence that its publisher gave it. */
function previousInTopic(records: readonly AuditRecord[]): ReadonlyMap<AuditRecord, AuditRecord> {
  const sequenced = records.filter(({ sequence }) => sequence !== undefined);
  const inSequence = sequenced.sort((left, right) => Number(left.sequence) - Number(right.sequence));
  const last = new Map<string, AuditRecord>();
  const previous = new Map<AuditRecord, AuditRecord>();
  for (const record of inSequence) {
    const before = last.get(record.source);
    if (before !== undefined) previous.set(record, before);
    last.set(record.source, record);
  }
  return previous;
}

/** The orders that the fills of this one have as their exits, in the order of the fills. */
export function exitsIn(story: readonly AuditRecord[]): string[] {
  return story.flatMap(({ data }) => {
    const { exitOrderId } = data as { exitOrderId?: unknown };
    return typeof exitOrderId === 'string' ? [exitOrderId] : [];
  });
}
