import { createHash } from 'node:crypto';
import type { EventEnvelope } from '@ballast/contracts';
import type { Facts, Row, StoredProfile } from './facts.js';
import type { Eavesdropper, Recorder } from './recorder.js';

/** 6: every audit chain is whole, with exactly one record of every event that was committed. */
export function checkAudit({ profiles }: Facts): string[] {
  return profiles.flatMap((profile) => {
    const records = profile.audit
      .filter(({ kind }) => kind === 'record')
      .sort((left, right) => Number(left['position']) - Number(right['position']));
    const committed = new Set(profile.events.map(({ id }) => id));
    const recorded = new Map<string, number>();
    for (const { id } of records) recorded.set(id, (recorded.get(id) ?? 0) + 1);
    return [
      ...records.flatMap((record, index) => chainFaults(record, index, records[index - 1])),
      ...[...committed].filter((id) => !recorded.has(id)).map((id) => `${id} has no audit record`),
      ...[...recorded].filter(([, count]) => count > 1).map(([id]) => `${id} has several audit records`),
      ...[...recorded.keys()]
        .filter((id) => !committed.has(id))
        .map((id) => `${id} is audited and was never committed`),
    ];
  });
}

function chainFaults(record: Row, index: number, before: Row | undefined): string[] {
  const isNext =
    record['position'] === index + 1 && (before === undefined || record['previousHash'] === before['hash']);
  return [
    ...(isNext ? [] : [`audit record ${record.id} does not follow the one before it`]),
    ...(hashOf(record) === record['hash'] ? [] : [`audit record ${record.id} was changed`]),
  ];
}

/** As it is promised: SHA-256 of the hash before, a line feed and everything else as JSON with sorted keys. */
function hashOf(record: Row): string {
  const { previousHash, hash: _hash, _rid, _self, _etag, _attachments, _ts, _lsn, ...content } = record;
  return createHash('sha256')
    .update(`${String(previousHash)}\n${canonical(content)}`)
    .digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(',')}}`;
}

/** 7: every event took effect once in each of its consumers, and nothing waits anywhere. */
export function checkEffects({ profiles, bus, parked }: Facts): string[] {
  return [
    ...profiles.flatMap(postingFaults),
    ...profiles.flatMap(historyFaults),
    ...profiles.flatMap(sequenceFaults),
    ...bus
      .filter(({ name, deadLetters, active }) => !name.includes('/gateway') && deadLetters + active > 0)
      .map(({ name, active, deadLetters }) => `${name}: ${active} messages wait, ${deadLetters} are dead letters`),
    ...(parked === 0 ? [] : [`${parked} messages are parked`]),
  ];
}

/** Each placement of an entry and each execution is posted once, or barred where there was no capital. */
function postingFaults({ id, ledger, events }: StoredProfile): string[] {
  const causes = new Map<string, number>();
  for (const row of ledger.filter(({ kind }) => kind === 'posting')) {
    const cause = String(row['cause']);
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  const barred = new Set(ledger.filter(({ kind }) => kind === 'barred-posting').map(({ id: rowId }) => rowId));
  const mustPost = events.filter(
    ({ type, intent }) => type === 'order.executed.v1' || (type === 'order.placed.v1' && intent !== 'exit'),
  );
  return [
    ...[...causes]
      .filter(([, count]) => count > 1)
      .map(([cause]) => `${cause} took effect several times in the ledger`),
    ...mustPost
      .filter((event) => !causes.has(event.id) && !barred.has(`posting:${event.id}`))
      .map((event) => `${event.id} (${event.type}) took no effect in the ledger of ${id}`),
  ];
}

function historyFaults({ history, events }: StoredProfile): string[] {
  const closed = events.filter(({ type }) => type === 'trade.closed.v1').map(({ id }) => id);
  const rows = new Set(history.map(({ id }) => id));
  return closed.filter((id) => !rows.has(id)).map((id) => `${id} is missing in the history of trades`);
}

/** A profile's events are numbered from 1 without a gap in the topics that number them. */
function sequenceFaults({ id, events }: StoredProfile): string[] {
  return ['/orders', '/ledger'].flatMap((source) => {
    const numbers = numbered(events, source);
    const isWhole = numbers.every((number, index) => number === index + 1);
    return isWhole ? [] : [`${id}: the sequence of ${source} has a gap or a repetition`];
  });
}

const numbered = (events: readonly EventEnvelope[], source: string): number[] =>
  events
    .flatMap((event) => (event.source === source && event.sequence !== undefined ? [event.sequence] : []))
    .sort((left, right) => left - right);

/** 8: no event came to another user; each came once and in order, up to the last that was committed. */
export function checkStreams(
  { profiles }: Facts,
  recorders: ReadonlyMap<string, readonly Recorder[]>,
  eavesdroppers: readonly Eavesdropper[],
): string[] {
  const behind = profiles.flatMap(({ id, events }) =>
    (recorders.get(id) ?? []).flatMap((recorder) =>
      ['orders', 'ledger'].flatMap((topic) => {
        const last = numbered(events, `/${topic}`).at(-1) ?? 0;
        const known = recorder.known[topic] ?? 0;
        return known === last ? [] : [`${id}: a stream knows ${topic} up to ${known} of ${last}`];
      }),
    ),
  );
  const foreign = eavesdroppers.flatMap((eavesdropper) => eavesdropper.foreign);
  return [
    ...behind,
    ...[...recorders.values()].flat().flatMap(({ faults }) => faults),
    ...foreign.map((event) => `another user heard ${event}`),
  ];
}
