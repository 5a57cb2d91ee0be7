import { Clock } from '@ballast/service-host';
import { AccountsEventsConsumer } from '../../../ledger/src/adapters/accounts-events.consumer.js';
import { LedgerStore } from '../../../ledger/src/adapters/ledger.store.js';
import { OrdersEventsConsumer } from '../../../ledger/src/adapters/orders-events.consumer.js';
import { TransferEventsConsumer } from '../../../ledger/src/adapters/transfer-events.consumer.js';
import { AnswerOnce } from '../../../ledger/src/answer-once.js';
import { EndHold } from '../../../ledger/src/end-hold.js';
import { HoldCapital } from '../../../ledger/src/hold-capital.js';
import { MoveCapital } from '../../../ledger/src/move-capital.js';
import { OpenAccount } from '../../../ledger/src/open-account.js';
import { PostExecution } from '../../../ledger/src/post-execution.js';
import { RaiseHold } from '../../../ledger/src/raise-hold.js';
import { ReleaseSurplus } from '../../../ledger/src/release-surplus.js';
import { SettleTransfer } from '../../../ledger/src/settle-transfer.js';
import { TransferCapital } from '../../../ledger/src/transfer-capital.js';
import type { Replica } from './replica.js';

/** What of one replica of the ledger callers may ask for. */
export interface LedgerDoor {
  readonly move: MoveCapital;
  readonly transfer: TransferCapital;
}

/** Wires one replica of the ledger by hand, as its module does, and starts it. */
export async function startLedger(replica: Replica): Promise<LedgerDoor> {
  const clock = new Clock();
  const store = new LedgerStore(replica.container('capital_ledgers'), clock);
  const answers = new AnswerOnce(store);
  const settle = new SettleTransfer(store, clock);
  const orders = new OrdersEventsConsumer(
    new HoldCapital(store, clock),
    new PostExecution(store, clock, replica.log),
    new EndHold(store, clock),
    new RaiseHold(store, clock),
    new ReleaseSurplus(store, clock),
  );
  const accounts = new AccountsEventsConsumer(new OpenAccount(store));
  await replica.relay(['capital_ledgers']);
  await replica.hear(['accounts', 'ledger', 'orders'], [accounts, orders, new TransferEventsConsumer(settle)]);
  return {
    move: new MoveCapital(answers, store, clock),
    transfer: new TransferCapital(answers, settle, store, clock),
  };
}
