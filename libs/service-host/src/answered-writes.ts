import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_TTL_SECONDS, Failure } from '@ballast/contracts';
import { DocumentConflict, PreconditionLost } from '@ballast/cosmos';
import type { ContainerStore } from '@ballast/cosmos';
import type { Clock } from './clock.js';
import { ProblemException } from './problem-exception.js';
import type { RepeatableWrite } from './request-parts.js';

/** Milliseconds after which whoever performs a write counts as gone, and a repeat performs it: longer than a caller waits. */
export const PERFORMED_MS_MAX = 15_000;
/** Milliseconds for which a repeat waits for the answer of the first, and between two looks. */
const WAITED_MS_MAX = 8_000;
const LOOK_MS = 50;
/** Milliseconds after which a repeat that waited in vain may come again. */
const RETRY_MS = 1_000;

/** A write under a caller's name for it, and its answer once there is one. */
interface AnswerRow {
  readonly id: string;
  readonly kind: 'answer';
  readonly requestHash: string;
  readonly begunAtMs: number;
  readonly ttl: number;
  readonly done?: { readonly value?: unknown };
}

/** Whose turn it is: ours to perform, with the ETag of our row, or nobody's, as there is an answer. */
type Turn = { readonly etag: string } | { readonly value: unknown };

/**
 * The first answers of writes that have no other record, for 30 days: in the service's own `<service>_leases` container, a
 * partition for each caller and key. What was not done (a problem, a failure) is no answer and leaves the key free; where
 * the process dies between the write and its answer, a repeat performs it again. Throws `StoreUnavailable`.
 */
export class AnsweredWrites {
  constructor(
    private readonly store: Pick<ContainerStore, 'commit' | 'read'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Performs the write, or gives its first answer again, as JSON; without a key it is performed in any case. Throws the
   * problem `idempotency-key-reused`, and a `Failure` while somebody else performs it for too long.
   */
  async once<Answer>(write: RepeatableWrite, perform: () => Promise<Answer>): Promise<Answer> {
    if (write.idempotencyKey === undefined) return perform();
    const row = this.rowOf(write);
    const turn = await this.turnAt(row);
    if (!('etag' in turn)) return turn.value as Answer;
    let value: Answer;
    try {
      value = await perform();
    } catch (error) {
      // What cannot be taken back now is taken over by the next repeat once its time is over.
      await this.store.commit([row.id], [{ delete: { id: row.id } }]).catch(() => undefined);
      throw error;
    }
    return this.kept(row, turn.etag, value);
  }

  private rowOf({ callerId, idempotencyKey, requestHash }: RepeatableWrite): AnswerRow {
    const name = createHash('sha256')
      .update(JSON.stringify([callerId, idempotencyKey]))
      .digest('hex');
    const ttl = EVENT_TTL_SECONDS;
    return { id: `answer:${name}`, kind: 'answer', requestHash, begunAtMs: this.clock.now(), ttl };
  }

  private async turnAt(row: AnswerRow): Promise<Turn> {
    for (const startMs = this.clock.now(); ; await delay(LOOK_MS)) {
      const turn = (await this.begun(row)) ?? (await this.othersAt(row));
      if (turn !== undefined) return turn;
      if (this.clock.now() - startMs >= WAITED_MS_MAX) {
        throw new Failure('write-under-way', 'the same write is under way', { retryAfterMs: RETRY_MS });
      }
    }
  }

  /** Our turn, unless the row is there already. */
  private async begun(row: AnswerRow): Promise<Turn | undefined> {
    try {
      const [etag = '*'] = await this.store.commit([row.id], [{ create: row }]);
      return { etag };
    } catch (error) {
      if (error instanceof DocumentConflict) return undefined;
      throw error;
    }
  }

  /** The answer of whoever was first, or our turn where they are gone; `undefined` while they perform it. */
  private async othersAt(row: AnswerRow): Promise<Turn | undefined> {
    const stored = await this.store.read<AnswerRow>(row.id, [row.id]);
    if (stored === undefined) return undefined;
    const { requestHash, done, begunAtMs } = stored.document;
    if (requestHash !== row.requestHash) throw new ProblemException('idempotency-key-reused');
    if (done !== undefined) return { value: done.value };
    if (this.clock.now() - begunAtMs < PERFORMED_MS_MAX) return undefined;
    const etag = await this.replaced({ ...row, begunAtMs: this.clock.now() }, stored.etag);
    return etag === undefined ? undefined : { etag };
  }

  /** The answer that is stored: ours, or that of whoever took the write over because it took us too long. */
  private async kept<Answer>(row: AnswerRow, etag: string, value: Answer): Promise<Answer> {
    if ((await this.replaced({ ...row, done: { value } }, etag)) !== undefined) return value;
    const stored = await this.store.read<AnswerRow>(row.id, [row.id]);
    return stored?.document.done === undefined ? value : (stored.document.done.value as Answer);
  }

  /** The row's new ETag; `undefined` when somebody was faster. */
  private async replaced(row: AnswerRow, ifMatch: string): Promise<string | undefined> {
    try {
      const [etag = '*'] = await this.store.commit([row.id], [{ replace: row, ifMatch }]);
      return etag;
    } catch (error) {
      if (error instanceof PreconditionLost) return undefined;
      throw error;
    }
  }
}
