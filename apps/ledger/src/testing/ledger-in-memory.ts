import type { ContainerStore } from '@ballast/cosmos';
import { Clock } from '@ballast/service-host';
import type { ServiceLog } from '@ballast/service-host';
import { LedgerStore } from '../adapters/ledger.store.js';
import { PostingRows } from '../adapters/posting-rows.js';
import { AnswerOnce } from '../answer-once.js';
import { ChangeAccount } from '../change-account.js';
import type { CountHoldings } from '../count-holdings.js';
import { holdingsAfter, readAssetLegs } from '../domain/asset-legs.js';
import type { StoredPosting } from '../domain/verify-chain.js';
import { EndHold } from '../end-hold.js';
import { HoldCapital } from '../hold-capital.js';
import { MoveCapital } from '../move-capital.js';
import { OpenAccount } from '../open-account.js';
import { PostExecution } from '../post-execution.js';
import { ReadBalances } from '../read-balances.js';
import { RaiseHold } from '../raise-hold.js';
import { ReleaseSurplus } from '../release-surplus.js';
import { ReversePosting } from '../reverse-posting.js';
import { SettleTransfer } from '../settle-transfer.js';
import { TransferCapital } from '../transfer-capital.js';
import type { MemoryStore } from './memory-store.js';

/** Where a test finds the use cases of a ledger: a running service, or one in memory. */
export interface UseCases {
  get<Type>(type: abstract new (...parameters: never[]) => Type): Type;
}

/** A clock that only a test moves, in milliseconds since 1970. */
export class ManualClock extends Clock {
  ms = Date.parse('2026-11-02T10:00:00.000Z');

  override now(): number {
    return this.ms;
  }
}

const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing } satisfies ServiceLog;

/** The use cases of one replica over a store in memory; replicas of one store have nothing else in common. */
export function ledgerInMemory(memory: MemoryStore, clock: Clock): UseCases {
  const ledger = new LedgerStore(memory as unknown as ContainerStore, clock);
  const answers = new AnswerOnce(ledger);
  const settle = new SettleTransfer(ledger, clock);
  const rows = rowsOf(memory);
  const made: object[] = [
    new OpenAccount(ledger),
    new HoldCapital(ledger, clock),
    new PostExecution(ledger, clock, SILENT),
    new EndHold(ledger, clock),
    new RaiseHold(ledger, clock),
    new ReleaseSurplus(ledger, clock),
    new MoveCapital(answers, ledger, clock),
    new ReversePosting(answers, clock),
    new ChangeAccount(answers, clock),
    settle,
    new TransferCapital(answers, settle, ledger, clock),
    new ReadBalances(ledger, rows, holdingsOf(memory), clock),
    rows,
  ];
  return {
    get: <Type>(type: abstract new (...parameters: never[]) => Type): Type => {
      const found = made.find((one): one is Type & object => one instanceof type);
      if (found === undefined) throw new Error(`${type.name} is not in memory`);
      return found;
    },
  };
}

/** What the queries of `PostingRows` answer, over the postings in memory. */
function rowsOf(memory: MemoryStore): PostingRows {
  const rows: Pick<PostingRows, 'lastBy' | 'late'> = {
    lastBy: (profileId, instant) =>
      Promise.resolve(memory.postingsOf(profileId).findLast((posting) => posting.at <= instant)),
    late: (profileId, { occurredBy, bookedBy }) =>
      onePage(
        memory
          .postingsOf(profileId)
          .filter(
            ({ at, occurredAt }) =>
              occurredAt !== undefined && occurredAt <= occurredBy && at > occurredBy && at <= bookedBy,
          ),
      ),
  };
  return Object.assign(Object.create(PostingRows.prototype) as PostingRows, rows);
}

function holdingsOf(memory: MemoryStore): CountHoldings {
  const execute: CountHoldings['execute'] = (profileId, instant) => {
    const postings = memory.postingsOf(profileId).filter(({ at }) => at <= instant);
    return Promise.resolve(postings.reduce((sum, { assetLegs }) => holdingsAfter(sum, readAssetLegs(assetLegs)), {}));
  };
  return { execute } as unknown as CountHoldings;
}

async function* onePage(postings: StoredPosting[]): AsyncGenerator<StoredPosting[]> {
  yield await Promise.resolve(postings);
}

function nothing(): void {
  // A test does not read logs.
}
