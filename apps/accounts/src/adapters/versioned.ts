import { EVENT_TTL_SECONDS } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { DocumentConflict, HeadStore, eventRow } from '@ballast/cosmos';
import type { Change, ContainerStore } from '@ballast/cosmos';
import { ProblemException } from '@ballast/service-host';
import { answerRowId, versionRowId } from '../domain/version.js';
import type { ChangeMark, Version } from '../domain/version.js';

/** Higher than the number of any version. */
const BEHIND_ALL = '9999999999';

/** What a change comes to. */
export interface Decided<Head, Content> {
  /** The version that answers: the new one, or the present one where nothing is to change. */
  readonly version: Version<Content>;
  /** Absent where nothing is to change. */
  readonly change?: {
    readonly head: Head;
    readonly event: EventEnvelope;
    /** Earlier versions that have no row yet. */
    readonly earlier?: readonly Version<Content>[];
  };
}

/** Where the head and its versions lie: the fields of the partition key, in its order. */
export type PartitionFields = Readonly<Record<string, string>>;

interface AnswerRow<Content> {
  readonly requestHash: string;
  readonly answer: Version<Content>;
}

/**
 * Things whose every change is a version: the head under its ETag, the version's row, the event that tells of it and the
 * row that answers a repetition are written in one batch, or nothing is.
 */
export class Versioned<Head extends { readonly id: string }, Content> {
  private readonly heads: HeadStore<Head>;

  constructor(
    private readonly store: ContainerStore,
    headId: (partition: readonly string[]) => string,
  ) {
    this.heads = new HeadStore<Head>(store, { headId });
  }

  /**
   * Decides on the head as it is stored now and commits what was decided, once per actor and idempotency key: a
   * repetition gets the first answer. Throws the problem `idempotency-key-reused`, and whatever `decide` throws.
   */
  async change(
    fields: PartitionFields,
    { of, mark }: { readonly of: string; readonly mark: ChangeMark },
    decide: (head: Head | undefined) => Decided<Head, Content> | Promise<Decided<Head, Content>>,
  ): Promise<Version<Content>> {
    const partition = Object.values(fields);
    const answerId = answerRowId(of, mark);
    this.heads.forget(partition);
    try {
      return await this.heads.change(partition, async (head) =>
        this.batchOf(await decide(head), { fields, answerId, mark }),
      );
    } catch (error) {
      // A repetition is refused for what its first did, unless its own row was there first.
      const isRepeatable = error instanceof ProblemException || error instanceof DocumentConflict;
      const earlier = isRepeatable ? await this.earlierAnswer(partition, answerId, mark) : undefined;
      if (earlier === undefined) throw error;
      return earlier;
    }
  }

  /** The head as it is stored now, or `undefined`. */
  async head(fields: PartitionFields): Promise<Head | undefined> {
    const partition = Object.values(fields);
    this.heads.forget(partition);
    return this.heads.read(partition);
  }

  /** The version, or `undefined`. */
  async version(fields: PartitionFields, of: string, version: number): Promise<Version<Content> | undefined> {
    const stored = await this.store.read<Version<Content>>(versionRowId(of, version), Object.values(fields));
    return stored?.document;
  }

  /** Up to `limit` versions before that one, newest first; from the newest where none is named. */
  async versions(
    fields: PartitionFields,
    of: string,
    { before = BEHIND_ALL, limit }: { before: string | undefined; limit: number },
  ): Promise<Version<Content>[]> {
    const { items } = await this.store.query<Version<Content>>({
      query: 'SELECT * FROM c WHERE c.id >= @first AND c.id < @before ORDER BY c.id DESC',
      parameters: { '@first': versionRowId(of, 0), '@before': versionRowId(of, Number(before)) },
      partition: Object.values(fields),
      pageSize: limit,
    });
    return items;
  }

  private batchOf(
    { version, change }: Decided<Head, Content>,
    { fields, answerId, mark }: { fields: PartitionFields; answerId: string; mark: ChangeMark },
  ): Change<Head, Version<Content>> {
    const { requestHash } = mark;
    const answer = { ...fields, id: answerId, kind: 'answer', requestHash, answer: version, ttl: EVENT_TTL_SECONDS };
    const first = [{ create: answer }];
    if (change === undefined) return { first, result: version };
    const rows = [...(change.earlier ?? []), version].map((row) => ({
      create: { ...fields, id: versionRowId(row.of, row.version), kind: 'version', ...row },
    }));
    return {
      ...{ first, head: change.head, result: version },
      operations: [...rows, { create: eventRow(change.event, { ...fields }) }],
    };
  }

  private async earlierAnswer(
    partition: readonly string[],
    answerId: string,
    { requestHash }: ChangeMark,
  ): Promise<Version<Content> | undefined> {
    const stored = await this.store.read<AnswerRow<Content>>(answerId, partition);
    if (stored === undefined) return undefined;
    if (stored.document.requestHash !== requestHash) throw new ProblemException('idempotency-key-reused');
    return stored.document.answer;
  }
}
